"""How a chat template writes tool calls, found by rendering a conversation with a known call in it.

It shows where the name stands, how the arguments are written, and what stands around both. There is no table of
families: what a template does not show is not known, and why is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .call_format import CallFormat, paired
from .calls import ID, NAME, SAMPLE, TOOL, Calls, numbered
from .template_error import TemplateError
from .thinking import Message, Request, Thinking

Render = Callable[[Request], "str | TemplateError"]
"""Renders one request."""

_NAMES = (NAME, "QzNextQz", "QzThirdQz")
"""The names of several tools; that of the first stands for it elsewhere, too."""
_ASKED, _SAID, _RESULT = "QzAskedQz", "QzSaidQz", "QzResultQz"
_PLAIN = {name: value for name, value in SAMPLE.items() if not isinstance(value, list)}
"""The sample without its list, which some families write in words of their own."""
_MARKER = re.compile(r"\s*(<[^<>\s=]{2,60}>|\[[A-Z_]{3,}\]|<[a-z_:]{3,30}=)")
_UNREAD = "it writes arguments in a way that could not be read again"
_UNMARKED = "nothing but a tool's name tells a call from a text"
_TWICE = "it writes the name of a tool before the model begins its call"
_ONE = "it does not write several calls one like the other"
_NUMBERED = "it writes an id of its own with each of several calls"
_DIFFERS = "what it writes behind the last of several calls could not be told from what it writes between them"
_UNSHOWN = "it does not show a call and its result"


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to tell a template of a call: the id, arguments as text or as they are, the content beside the call.

    `alike`: several calls have one id, which no conversation has.
    """

    id: str
    as_text: bool
    is_empty: bool
    sample: Mapping[str, Any]
    alike: bool = False

    def conversation(self, content: str = "", count: int = 1) -> Request:
        """A question, some calls, and their results."""
        said = content or ("" if self.is_empty else None)
        calls = list(map(self._call, range(count)))
        messages: list[Message] = [
            _user(),
            {"role": "assistant", "content": said, "tool_calls": calls},
            *map(self._result, range(count)),
        ]
        return Request(messages, add_generation_prompt=True, tools=[TOOL])

    def _call(self, number: int) -> Mapping[str, Any]:
        arguments = json.dumps(self.sample) if self.as_text else dict(self.sample)
        function = {"name": _NAMES[number], "arguments": arguments}
        return {"id": self._id(number), "type": "function", "function": function}

    def _result(self, number: int) -> Message:
        known = {"tool_call_id": self._id(number), "name": _NAMES[number]}
        return {"role": "tool", "content": _RESULT, **known}

    def _id(self, number: int) -> str:
        id = self.id if self.alike else numbered(self.id, number)
        return id.replace(NAME, _NAMES[number])


def find_calls(render: Render, thinking: Thinking) -> Calls:
    """How a template writes calls; with no `marker`, and why not, where it writes none that can be read again."""
    begun = render(Request([_user()], add_generation_prompt=True, tools=[TOOL]))
    if isinstance(begun, TemplateError):
        return Calls(why=_said(begun))
    why = said = ""
    for way in _ways():
        shown = render(way.conversation())
        if isinstance(shown, TemplateError):
            said = said or _said(shown)
            continue
        made = _tried(render, thinking, begun, shown, way)
        if made.is_known:
            return made
        why = why if why and made.why == _UNSHOWN else made.why
        if not way.as_text and way.sample is _PLAIN and _is_shown(shown):
            break  # it writes arguments in words of its own, which text would not be
    return Calls(why=why or said)


def _said(error: TemplateError) -> str:
    return f"the template says: {error}"


def _ways() -> Iterator[_Way]:
    for id in (ID, f"functions.{NAME}:0"):
        for as_text in (False, True):
            for is_empty in (True, False):
                for sample in (SAMPLE, _PLAIN):
                    yield _Way(id, as_text, is_empty, sample)


def _is_shown(shown: str) -> bool:
    return NAME in shown and "qzb" in shown


def _tried(render: Render, thinking: Thinking, begun: str, shown: str, way: _Way) -> Calls:
    if not _is_shown(shown) or _RESULT not in shown:
        return Calls(why=_UNSHOWN)
    found = _read(shown, way.sample)
    if found is None:
        return Calls(why=_UNREAD)
    sample, format = found
    lead = shown.partition(_ASKED)[2].partition(NAME + sample)[0]
    opens, begins = _opening(lead, begun.partition(_ASKED)[2], thinking)
    said = render(way.conversation(_SAID))
    joins = _between(said, _SAID, NAME + sample) if isinstance(said, str) else None
    marker = _marker(begins, _closing(render))
    if NAME in opens or not marker:
        return Calls(why=_TWICE if NAME in opens else _UNMARKED)
    keeps_text = joins is not None
    made = Calls(
        opens, begins, begins if joins is None else joins, marker, format, sample,
        way.sample, way.as_text, way.is_empty, keeps_text, way.id,
    )  # fmt: skip
    several = _with_several(made, render, way, shown)
    if several.between or not _with_several(made, render, replace(way, alike=True), shown).between:
        return several
    return replace(several, why_one=_NUMBERED)


def _with_several(made: Calls, render: Render, way: _Way, shown: str) -> Calls:
    """What is known of one call, with what is known of several in one turn."""
    contents = (_SAID, "") if made.keeps_text else ("",)
    tried = [render(way.conversation(c, count)) for c in contents for count in (2, 3)]
    refused = next((each for each in tried if isinstance(each, TemplateError)), None)
    if refused is not None:
        return replace(made, why_one=_said(refused))
    found = {_gaps(str(each), made.sample) for each in tried}
    closing = shown.partition(NAME + made.sample)[2].partition(_RESULT)[0]
    gaps = found.pop() if len(found) == 1 else None
    if gaps is None or gaps[1] != closing:
        return replace(made, why_one=_ONE if gaps is None else _DIFFERS)
    between = gaps[0]
    ended = between[: _whole(between, _same(between, closing))].rstrip()
    again = _marker(between[len(ended) :], closing[len(ended) :])
    if not again.strip() or NAME in between:
        return replace(made, why_one=_DIFFERS)
    return replace(made, between=between, ended=ended, again=again)


def _gaps(shown: str, sample: str) -> tuple[str, str] | None:
    """What stands between two of several calls, the same each time, and between the last one and its result."""
    calls = [name + sample for name in _NAMES if name in shown]
    if len(calls) < 2 or not all(call in shown for call in calls):
        return None
    between: set[str] = set()
    rest = shown.partition(calls[0])[2]
    for call in calls[1:]:
        gap, _, rest = rest.partition(call)
        between.add(gap)
    return (between.pop(), rest.partition(_RESULT)[0]) if len(between) == 1 else None


def _user() -> Message:
    return {"role": "user", "content": _ASKED}


def _read(shown: str, given: Mapping[str, Any]) -> tuple[str, CallFormat] | None:
    """The arguments behind the name, and how they are written; a name may stand elsewhere, too."""
    at = shown.rfind(NAME, 0, shown.find("qza") if "qza" in shown else 0)
    if at < 0:
        return None
    behind = shown[at + len(NAME) :]
    whole = json.dumps(given)
    before, found, _ = behind.partition(whole)
    if found:
        return before + whole, CallFormat(before)
    read = paired(behind, tuple(_words(given)))
    if read is None:
        return None
    format, rest = read
    return behind[: len(behind) - len(rest)], format


def _words(given: Mapping[str, Any]) -> Iterator[str]:
    """The names and values of arguments as a text has them, in the text's order."""
    for name, value in given.items():
        yield name
        yield value if isinstance(value, str) else json.dumps(value)


def _opening(lead: str, begun: str, thinking: Thinking) -> tuple[str, str]:
    """What stands between a generation prompt and a name: without reasoning before it, and with it."""
    same = _same(lead, begun)
    if same < len(begun) and not thinking.end:
        opens = _behind_header(lead, begun)
        return opens, opens
    same = _whole(lead, same)
    opens = lead[same:]
    end = thinking.end
    behind = opens.rpartition(end)[2].lstrip() if end and end in opens else opens
    if same < len(begun) and end:  # the generation prompt has begun to think
        return thinking.silent + behind, behind
    return opens, behind


def _same(left: str, right: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(left, right, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))


def _behind_header(lead: str, begun: str) -> str:
    """What follows the longest end of a generation prompt that a conversation has, too."""
    ends = (begun[at:] for at in range(len(begun)))
    header = next((end for end in ends if end in lead), "")
    return lead.partition(header)[2] if header else lead


def _between(text: str, left: str, right: str) -> str | None:
    before, found, _ = text.partition(right)
    return before.rpartition(left)[2] if found and left in before else None


def _closing(render: Render) -> str:
    """What ends an answer that calls nothing."""
    said: Message = {"role": "assistant", "content": _SAID}
    shown = render(Request([_user(), said], tools=[TOOL]))
    return shown.partition(_SAID)[2] if isinstance(shown, str) else ""


def _marker(opens: str, closing: str) -> str:
    """By what a call is told from a text, and from the end of one."""
    found = _MARKER.match(opens)
    if found is None:
        return opens.strip()
    if not closing.startswith(found[1]):
        return found[1]
    at = _whole(opens, _same(opens, closing))
    return opens[:at] + _marker(opens[at:], "")


def _whole(text: str, at: int) -> int:
    """A place at or before another, where no marker is cut in two."""
    begun = text.rfind("<", 0, at)
    return begun if begun > text.rfind(">", 0, at) else at
