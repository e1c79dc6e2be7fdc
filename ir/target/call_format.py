"""How a family of models writes the name and the arguments of a tool call: as JSON, or as pairs of names and values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

KIND, NAME = "{kind}", "{name}"
"""What stands for the kind of a value, and for the name of its argument, where a format repeats them."""
_KINDS = ("string", "number", "boolean", "array")
"""The kinds of the sample's values, as JSON Schema calls them."""


@dataclass(frozen=True, slots=True)
class CallFormat:
    """What stands between the name of a tool and the end of its arguments.

    Behind the name comes `sep`. Without `pairs` the arguments are one JSON object. With them each argument is `opens`,
    its name, `mid` (`text_mid` before a text), its value, `closes`; `joint` stands between two. A text stands as it is,
    or between two of `quote`, as JSON if that is `"`. Everything else is JSON if `is_json`; `truth` is yes and no.
    Where `mid` holds `{kind}` the kind of the value stands, in the words of JSON Schema; where `closes` holds `{name}`
    the argument's name.
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

    @property
    def is_typed(self) -> bool:
        """Whether the kind of each value stands before it."""
        return KIND in self.mid

    def before(self, name: str, kind: str) -> str:
        """What stands before a value: of the kind `string`, `number`, `boolean`, `array` or `object`."""
        mid, quote = (self.text_mid, self.quote) if kind == "string" else (self.mid, "")
        return f"{self.opens}{name}{mid.replace(KIND, kind)}{quote}"

    def behind(self, name: str, kind: str) -> str:
        """What stands behind a value."""
        quote = self.quote if kind == "string" else ""
        return quote + self.closes.replace(NAME, name)

    def name_of(self, body: str) -> str:
        """The name of the tool that a call is for; all of it where nothing follows the name."""
        behind = self.sep or self.opens
        return body.partition(behind)[0] if behind else body


def paired(behind: str, wanted: tuple[str, ...]) -> tuple[CallFormat, str] | None:
    """The format in which pairs of names and values stand in a text, and what follows the last of them.

    `wanted` are, in the text's order: a name and its text, a name and its number, a name and its truth, and perhaps a
    name and its list, which may be written in another way than `wanted[-1]`. None where they don't.
    """
    names = wanted[::2]
    cuts = _cuts(_unnamed(behind, names), wanted)
    if cuts is None:
        return None
    (before, *gaps), yes, items, rest = cuts
    text_mid, *mids = gaps[::2]
    joint, *joints = gaps[1::2]
    mid = _same([*mids] if _same(mids) is not None else _untyped(mids))
    second = _same(joints)
    if mid is None or second is None:
        return None
    quote = text_mid.removeprefix(mid)
    quote = quote if (text_mid, joint) == (mid + quote, quote + second) else ""
    if not quote and joint != second:
        return None
    truth = ("true", "false") if yes == "true" else ("True", "False")
    text_mid = mid if quote else text_mid
    made = CallFormat("", True, "", mid, text_mid, "", second, quote, truth, items.startswith('["'))
    return _parted(made, before, second, rest)


def _same(texts: list[str]) -> str | None:
    """The text that all are; None where they differ."""
    return texts[0] if len(set(texts)) == 1 else None


def _untyped(mids: list[str]) -> list[str]:
    """What stands between names and values that are no texts, without the kinds of the values."""
    return [mid.replace(kind, KIND) for mid, kind in zip(mids, _KINDS[1:], strict=False)]


def _unnamed(text: str, names: tuple[str, ...]) -> str:
    """The text without the names in its end tags."""
    for name in names:
        text = text.replace(f"</{name}>", f"</{NAME}>")
    return text


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
    opens = shared = _common_end(before, between)
    closes, sep = between[: len(between) - len(opens)], before[: len(before) - len(opens)]
    joined = replace(made, sep=sep, opens=shared, joint=closes)
    at = opens.find(">", 0, max(0, opens.find("<"))) + 1  # what ends a tag belongs to what it ends
    closes, sep, opens = closes + opens[:at], sep + opens[:at], opens[at:]
    if closes and rest.startswith(closes):
        found = replace(made, sep=sep, opens=opens, closes=closes, joint="")
        return found, rest[len(closes) :]
    return (joined, rest) if made.quote else None


def _common_end(left: str, right: str) -> str:
    count = 0
    while count < min(len(left), len(right)) and left[-1 - count] == right[-1 - count]:
        count += 1
    return left[len(left) - count :]
