"""How a chat template writes tool calls, found by rendering a conversation with a known call in it.

It shows where the name stands, how the arguments are written, and what stands around both. There is no table of
families: what a template does not show is not known, and why is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .call_format import CallFormat, paired
from .calls import ID, NAME, SAMPLE, TOOL, Calls
from .template_error import TemplateError
from .thinking import Message, Request, Thinking

Render = Callable[[Request], "str | TemplateError"]
"""Renders one request."""

_ASKED, _SAID, _RESULT = "QzAskedQz", "QzSaidQz", "QzResultQz"
_PLAIN = {name: value for name, value in SAMPLE.items() if not isinstance(value, list)}
"""The sample without its list, which some families write in words of their own."""
_MARKER = re.compile(r"\s*(<[^<>\s=]{2,60}>|\[[A-Z_]{3,}\]|<[a-z_:]{3,30}=)")
_UNREAD = "it writes arguments in a way that could not be read again"
_UNMARKED = "nothing but a tool's name tells a call from a text"
_TWICE = "it writes the name of a tool before the model begins its call"
_UNSHOWN = "it does not show a call and its result"


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to tell a template of a call: the id, arguments as text or as they are, the content beside the call."""

    id: str
    as_text: bool
    is_empty: bool
    sample: Mapping[str, Any]

    def conversation(self, content: str = "") -> Request:
        """A question, a call, and its result."""
        arguments = json.dumps(self.sample) if self.as_text else dict(self.sample)
        function = {"name": NAME, "arguments": arguments}
        call = {"id": self.id, "type": "function", "function": function}
        said = content or ("" if self.is_empty else None)
        messages: list[Message] = [
            _user(),
            {"role": "assistant", "content": said, "tool_calls": [call]},
            {"role": "tool", "content": _RESULT, "tool_call_id": self.id, "name": NAME},
        ]
        return Request(messages, add_generation_prompt=True, tools=[TOOL])


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
    return Calls(
        opens, begins, begins if joins is None else joins, marker, format, sample,
        way.sample, way.as_text, way.is_empty, keeps_text, way.id,
    )  # fmt: skip


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
