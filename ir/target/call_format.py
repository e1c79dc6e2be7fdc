"""How a family of models writes the name and the arguments of a tool call: as JSON, or as pairs of names and values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class CallFormat:
    """What stands between the name of a tool and the end of its arguments.

    Behind the name comes `sep`. Without `pairs` the arguments are one JSON object. With them each argument is `opens`,
    its name, `mid` (`text_mid` before a text), its value, `closes`; `joint` stands between two. A text stands as it is,
    or between two of `quote`, as JSON if that is `"`. Everything else is JSON if `is_json`; `truth` is yes and no.
    """

    sep: str = '", "arguments": '
    pairs: bool = False
    opens: str = ""
    mid: str = ""
    text_mid: str = ""
    closes: str = ""
    joint: str = ""
    quote: str = ""
    truth: tuple[str, str] = ("true", "false")
    is_json: bool = True

    def name_of(self, body: str) -> str:
        """The name of the tool that a call is for; all of it where nothing follows the name."""
        behind = self.sep or self.opens
        return body.partition(behind)[0] if behind else body


def paired(behind: str, wanted: tuple[str, ...]) -> tuple[CallFormat, str] | None:
    """The format in which pairs of names and values stand in a text, and what follows the last of them.

    `wanted` are, in the text's order: a name and its text, a name and its number, a name and its truth, a name and
    its list, which may be written in another way than `wanted[-1]`. None where they don't.
    """
    cuts = _cuts(behind, wanted)
    if cuts is None:
        return None
    (before, text_mid, joint, mid, second, third_mid, third, fourth_mid), yes, items, rest = cuts
    quote = text_mid.removeprefix(mid)
    quote = quote if (text_mid, joint) == (mid + quote, quote + second) else ""
    if not (mid == third_mid == fourth_mid and second == third):
        return None
    if not quote and joint != second:
        return None
    is_json = items.startswith('["')
    truth = ("true", "false") if yes == "true" else ("True", "False")
    text_mid = mid if quote else text_mid
    made = CallFormat("", True, "", mid, text_mid, "", second, quote, truth, is_json)
    return _parted(made, before, second, rest)


_LIST = re.compile(r"\[[^\[\]\n]*qzi[^\[\]\n]*\]")
"""The list of the sample, however it is written."""


def _cuts(behind: str, wanted: tuple[str, ...]) -> tuple[list[str], str, str, str] | None:
    """What stands between the wanted words; how truth and the list are spelled; what follows."""
    found: list[str] = []
    yes = items = ""
    for word in wanted:
        options = [word]
        if word == "true":
            options = ["true", "True"]
        elif word.startswith("["):
            options = _LIST.findall(behind)[:1]
        places = [(behind.find(option), option) for option in options if option in behind]
        if not places:
            return None
        at, option = min(places)
        found.append(behind[:at])
        behind = behind[at + len(option) :]
        yes, items = (option, items) if word == "true" else (yes, option)
    return found, yes, items, behind


def _parted(
    made: CallFormat, before: str, between: str, rest: str
) -> tuple[CallFormat, str] | None:
    """The format with what opens and closes an argument told apart, if it does both; else they are joined."""
    opens = _common_end(before, between)
    closes, sep = between[: len(between) - len(opens)], before[: len(before) - len(opens)]
    at = opens.find(">", 0, max(0, opens.find("<"))) + 1  # what ends a tag belongs to what it ends
    closes, sep, opens = closes + opens[:at], sep + opens[:at], opens[at:]
    if closes and rest.startswith(closes):
        found = replace(made, sep=sep, opens=opens, closes=closes, joint="")
        return found, rest[len(closes) :]
    if not made.quote:
        return None
    return replace(made, sep=before, joint=between), rest


def _common_end(left: str, right: str) -> str:
    count = 0
    while count < min(len(left), len(right)) and left[-1 - count] == right[-1 - count]:
        count += 1
    return left[len(left) - count :]
