"""How a model calls tools: the markers around its calls, and what its chat template is told of them.

The template is asked: a conversation with a known call in it shows where the name stands, how the arguments are
written, and what stands around both. In conversations a call is a turn of the role `call` at the end of the
assistant's: its content is what the model writes from the name to the end of the arguments. The template is given
the call that messages have, with a name that stands for that content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ..sampling import Constraint, Sampling
from .call_format import CallFormat, paired
from .template_error import TemplateError
from .thinking import THINKING, Message, Request, Thinking

CALL: Literal["call"] = "call"
"""The role of what a model writes to call a tool."""

_ASKED, _SAID, _NAME, _RESULT = "QzAskedQz", "QzSaidQz", "QzNameQz", "QzResultQz"
_ID = "call00001"
"""Nine letters and digits, since some templates want just that; and one for all calls, so that none stands apart."""
_SAMPLE: Mapping[str, Any] = {"qza": "qzb", "qzn": 7, "qzt": True, "qzv": ["qzi", 1]}
"""In the order of the alphabet, in which some templates write arguments."""
_WORDS = ("qza", "qzb", "qzn", "7", "qzt", "true", "qzv", '["qzi", 1]')
_MARKER = re.compile(r"\s*(<[^<>\s=]{2,60}>|\[[A-Z_]{3,}\]|<[a-z_:]{3,30}=)")
TOOL: Mapping[str, Any] = {
    "type": "function",
    "function": {
        "name": "search",
        "description": "Look something up.",
        "parameters": {
            "type": "object",
            "properties": {"query": {"type": "string", "description": "What to look for."}},
            "required": ["query"],
        },
    },
}
"""A tool, for templates that write nothing of calls without one."""


class Written(NamedTuple):
    """What stands for a call in a rendering, and what it stands for."""

    sample: str
    content: str
    stands_for: str
    name: str

    def put_into(self, text: str) -> str:
        """The rendering with the call in its place. Raises TemplateError."""
        before, found, behind = text.partition(self.sample)
        if not found:
            raise TemplateError("the template does not show a tool call as it showed the first one")
        whole = before + self.content + behind
        return whole.replace(self.stands_for, self.name)


class Told(NamedTuple):
    """A request without turns of calls: what follows its text, and what calls stand in it."""

    request: Request
    tail: str = ""
    written: tuple[Written, ...] = ()


@dataclass(frozen=True, slots=True)
class Calls:
    """How the calls of a model are written.

    `opens`: between the generation prompt and the name of the tool; `begins`: the same behind reasoning; `joins`:
    behind a text in the same turn; `marker`: by what a model begins a call. `sample`: the arguments that stand for all
    others, as the template writes them; `as_text`: it is given them as text. `is_empty`: an assistant that only calls
    has an empty content, rather than none. `keeps_text`: what is said before a call is shown later.
    """

    opens: str = ""
    begins: str = ""
    joins: str = ""
    marker: str = ""
    format: CallFormat = field(default_factory=CallFormat)
    sample: str = ""
    as_text: bool = False
    is_empty: bool = True
    keeps_text: bool = True
    id: str = _ID

    @property
    def is_known(self) -> bool:
        """Whether it is known how a call is written."""
        return bool(self.marker)

    def bounded(
        self, sampling: Sampling, constraint: Constraint | None
    ) -> tuple[Sampling, Constraint | None]:
        """How a call is asked for, and what comes before one: with the words of this family."""
        if constraint is None or constraint.kind not in ("call", "before_call"):
            return sampling, constraint
        said = json.loads(constraint.text)
        if constraint.kind == "call":
            return sampling, Constraint("call", spelled(said["tools"], self.format))
        own = tuple(stop for stop in sampling.stop if stop != self.marker)
        bounded = sampling.merged(stop=(*own, self.marker))
        before = {"marker": self.marker, "tools": said["tools"]}
        return bounded, Constraint("before_call", json.dumps(before, ensure_ascii=False))

    def told(self, request: Request) -> Told:
        """The request as the template takes it: calls are in the messages that made them, results know of them."""
        *before, last = request.messages or [{}]
        if not request.continue_final_message or last.get("role") != CALL:
            shown, written = self._merged(request.messages)
            return Told(request._replace(messages=shown), "", written)
        shown, written = self._merged(before)
        role = before[-1].get("role") if before else ""
        if role == "assistant":
            asked = request._replace(messages=shown)
            return Told(asked, self.joins + last["content"], written)
        asked = request._replace(
            messages=shown, add_generation_prompt=True, continue_final_message=False
        )
        opens = self.begins if role == THINKING else self.opens
        return Told(asked, opens + last["content"], written)

    def _merged(self, messages: Sequence[Message]) -> tuple[list[Message], tuple[Written, ...]]:
        found: list[Message] = []
        written: list[Written] = []
        before = ""
        for message in messages:
            role = str(message.get("role"))
            if role == CALL:
                written.append(self._written(len(written), message))
                said = found.pop() if before == "assistant" else self._silent()
                said = said if self.keeps_text else self._silent()
                found.append({**said, "tool_calls": [self._call(written[-1])]})
            elif role == "tool" and written:
                last = {"tool_call_id": self._id(written[-1]), "name": written[-1].stands_for}
                found.append({**message, **last})
            else:
                found.append(message)
            before = role
        return found, tuple(written)

    def _silent(self) -> Message:
        return {"role": "assistant", "content": "" if self.is_empty else None}

    def _written(self, number: int, message: Message) -> Written:
        stands_for, content = f"QzCall{number}Qz", str(message["content"])
        name = str(message.get("name") or self.format.name_of(content))
        return Written(stands_for + self.sample, content, stands_for, name)

    def _call(self, written: Written) -> Message:
        arguments = json.dumps(_SAMPLE) if self.as_text else _SAMPLE
        function = {"name": written.stands_for, "arguments": arguments}
        return {"id": self._id(written), "type": "function", "function": function}

    def _id(self, written: Written) -> str:
        return self.id.replace(_NAME, written.stands_for)


def spelled(tools: Any, format: CallFormat | None = None) -> str:
    """The text of a constraint to a call of some tools: pairs of a name and the type of its arguments."""
    from dataclasses import asdict

    said: dict[str, Any] = {"tools": tools}
    if format is not None:
        said["format"] = asdict(format)
    return json.dumps(said, ensure_ascii=False)


CHATML = Calls(
    opens='<tool_call>\n{"name": "', begins='<tool_call>\n{"name": "',
    joins='\n<tool_call>\n{"name": "', marker="<tool_call>",
)  # fmt: skip
"""How plain ChatML goes on where a tool is called: as in the models that were trained on Hermes' calls."""
CHATML_CLOSES = "}\n</tool_call>"
Render = Callable[[Request], "str | TemplateError"]
"""Renders one request."""


def chatml_told(request: Request) -> Told:
    """The same for plain ChatML, which shows contents and nothing else: a call is written into them."""
    found: list[Message] = []
    before = ""
    for number, message in enumerate(request.messages):
        role = str(message.get("role"))
        is_open = request.continue_final_message and number == len(request.messages) - 1
        if role == CALL:
            said = str(found.pop()["content"]) if before == "assistant" else ""
            opens = CHATML.joins if said else CHATML.opens
            closes = "" if is_open else CHATML_CLOSES
            content = f"{said}{opens}{message['content']}{closes}"
            found.append({"role": "assistant", "content": content})
        else:
            found.append(message)
        before = role
    return Told(request._replace(messages=found))


def find_calls(render: Render, thinking: Thinking) -> Calls:
    """How a template writes calls; with no `marker` where it writes none that can be read again."""
    begun = render(Request([_user()], add_generation_prompt=True, tools=[TOOL]))
    if isinstance(begun, TemplateError):
        return Calls()
    for id in (_ID, f"functions.{_NAME}:0"):
        for as_text in (False, True):
            for is_empty in (True, False):
                shown = render(_conversation("" if is_empty else None, as_text, id))
                made = _tried(render, thinking, begun, shown, as_text, is_empty, id)
                if made is not None:
                    return made
                if not as_text and isinstance(shown, str) and _NAME in shown and "qzb" in shown:
                    return (
                        Calls()
                    )  # it writes arguments in words of its own, which text would not be
    return Calls()


def _tried(
    render: Render,
    thinking: Thinking,
    begun: str,
    shown: str | TemplateError,
    as_text: bool,
    is_empty: bool,
    id: str,
) -> Calls | None:
    if isinstance(shown, TemplateError):
        return None
    found = _read(shown)
    if found is None:
        return None
    sample, format = found
    lead = shown.partition(_ASKED)[2].partition(_NAME + sample)[0]
    opens, begins = _opening(lead, begun.partition(_ASKED)[2], thinking)
    said = render(_conversation(_SAID, as_text, id))
    joins = _between(said, _SAID, _NAME + sample) if isinstance(said, str) else None
    marker = _marker(begins)
    if not marker or _RESULT not in shown or _NAME in opens:
        return None
    keeps_text = joins is not None
    joins = begins if joins is None else joins
    return Calls(opens, begins, joins, marker, format, sample, as_text, is_empty, keeps_text, id)


def _user() -> Message:
    return {"role": "user", "content": _ASKED}


def _conversation(content: str | None, as_text: bool, id: str) -> Request:
    arguments = json.dumps(_SAMPLE) if as_text else dict(_SAMPLE)
    function = {"name": _NAME, "arguments": arguments}
    call = {"id": id, "type": "function", "function": function}
    messages: list[Message] = [
        _user(),
        {"role": "assistant", "content": content, "tool_calls": [call]},
        {"role": "tool", "content": _RESULT, "tool_call_id": id, "name": _NAME},
    ]
    return Request(messages, add_generation_prompt=True, tools=[TOOL])


def _read(shown: str) -> tuple[str, CallFormat] | None:
    """The arguments behind the name, and how they are written; a name may stand elsewhere, too."""
    at = shown.rfind(_NAME, 0, shown.find("qza") if "qza" in shown else 0)
    if at < 0:
        return None
    behind = shown[at + len(_NAME) :]
    whole = json.dumps(_SAMPLE)
    before, found, _ = behind.partition(whole)
    if found:
        return before + whole, CallFormat(before)
    read = paired(behind, _WORDS)
    if read is None:
        return None
    format, rest = read
    return behind[: len(behind) - len(rest)], format


def _opening(lead: str, begun: str, thinking: Thinking) -> tuple[str, str]:
    """What stands between a generation prompt and a name: without reasoning before it, and with it."""
    same = 0
    while same < min(len(lead), len(begun)) and lead[same] == begun[same]:
        same += 1
    if lead.rfind("<", 0, same) > lead.rfind(">", 0, same):  # a marker is not cut in two
        same = lead.rfind("<", 0, same)
    opens = lead[same:]
    end = thinking.end
    behind = opens.rpartition(end)[2].lstrip() if end and end in opens else opens
    if same < len(begun) and end:  # the generation prompt has begun to think
        return thinking.silent + behind, behind
    return opens, behind


def _between(text: str, left: str, right: str) -> str | None:
    before, found, _ = text.partition(right)
    return before.rpartition(left)[2] if found and left in before else None


def _marker(opens: str) -> str:
    found = _MARKER.match(opens)
    return found[1] if found else opens.strip()
