"""How a model calls tools: the markers around its calls, and what its chat template is told of them.

The template is asked (`call_probing.py`). In conversations a call is a turn of the role `call` at the end of the
assistant's: its content is what the model writes from the name to the end of the arguments. The template is given
the call that messages have, with a name that stands for that content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

from ..sampling import Constraint, Sampling
from .call_format import CallFormat
from .template_error import TemplateError
from .thinking import THINKING, Message, Request

CALL: Literal["call"] = "call"
"""The role of what a model writes to call a tool."""

NAME = "QzNameQz"
"""The name of the tool that stands for all others."""
ID = "call00001"
"""Nine letters and digits, since some templates want just that; and one for all turns, so that none stands apart."""
SAMPLE: Mapping[str, Any] = {"qza": "qzb", "qzn": 7, "qzt": True, "qzv": ["qzi", 1]}
"""The arguments that stand for all others, in the order of the alphabet, in which some templates write them."""
NEXT_CALL, CALL_ENDED = "\x1enext call\x1e", "\x1ecall ended\x1e"
"""What stands in a program for the words of a family between two calls of a turn, and behind each of them."""
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
    others, as the template writes them, and `given`, as it is told of them; `as_text`: it is given them as text.
    `is_empty`: an assistant that only calls has an empty content, rather than none. `keeps_text`: what is said before
    a call is shown later. `why`: why it is not known how a call is written.

    Of several calls in one turn, where that is known: `between`: what stands between two of them; `ended`: what it
    begins with behind the last one, too; `again`: by what a model begins another call there; `why_one`: why it is not.
    """

    opens: str = ""
    begins: str = ""
    joins: str = ""
    marker: str = ""
    format: CallFormat = field(default_factory=CallFormat)
    sample: str = ""
    given: Mapping[str, Any] = field(default_factory=lambda: SAMPLE)
    as_text: bool = False
    is_empty: bool = True
    keeps_text: bool = True
    id: str = ID
    why: str = ""
    between: str = ""
    ended: str = ""
    again: str = ""
    why_one: str = ""

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
            told = {**said, "format": asdict(self.format)}
            return sampling, Constraint("call", json.dumps(told, ensure_ascii=False))
        marker = self.again if said.get("again") else self.marker
        own = tuple(stop for stop in sampling.stop if stop != marker)
        bounded = sampling.merged(stop=(*own, marker))
        before = {"marker": marker, **said}
        return bounded, Constraint("before_call", json.dumps(before, ensure_ascii=False))

    def worded(self, text: str) -> str:
        """A text of a program, with what stands for the words of the family replaced by them."""
        return {NEXT_CALL: self.between, CALL_ENDED: self.ended}.get(text, text)

    def parted(self, content: str) -> list[str]:
        """The calls of a turn, each from its name to the end of its arguments."""
        return content.split(self.between) if self.between else [content]

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
        made: list[Written] = []
        answered = 0
        before = ""
        for message in messages:
            role = str(message.get("role"))
            if role == CALL:
                made = self._written(len(written), message)
                written, answered = [*written, *made], 0
                said = found.pop() if before == "assistant" else self._silent()
                said = said if self.keeps_text else self._silent()
                found.append({**said, "tool_calls": list(map(self._call, range(len(made)), made))})
            elif role == "tool" and made:
                at = min(answered, len(made) - 1)
                last = {"tool_call_id": self._id(at, made[at]), "name": made[at].stands_for}
                found.append({**message, **last})
                answered += 1
            else:
                found.append(message)
            before = role
        return found, tuple(written)

    def _silent(self) -> Message:
        return {"role": "assistant", "content": "" if self.is_empty else None}

    def _written(self, number: int, message: Message) -> list[Written]:
        """What stands for each call of a turn; `number` others stand before them."""
        contents = self.parted(str(message["content"]))
        names = message.get("names") or [self.format.name_of(each) for each in contents]
        found = [f"QzCall{number + n}Qz" for n in range(len(contents))]
        pairs = zip(found, contents, names, strict=False)
        return [Written(each + self.sample, said, each, name) for each, said, name in pairs]

    def _call(self, number: int, written: Written) -> Message:
        arguments = json.dumps(self.given) if self.as_text else self.given
        function = {"name": written.stands_for, "arguments": arguments}
        return {"id": self._id(number, written), "type": "function", "function": function}

    def _id(self, number: int, written: Written) -> str:
        return numbered(self.id, number).replace(NAME, written.stands_for)


def numbered(id: str, number: int) -> str:
    """The id of another call of the same turn: its number is that much higher."""
    count = re.search(r"\d+$", id)
    return id[: count.start()] + str(int(count[0]) + number).zfill(len(count[0])) if count else id


def spelled(tools: Any, *, several: bool = False, again: bool = False) -> str:
    """The text of a constraint to a call of some tools: pairs of a name and the type of its arguments.

    `several`: the turn may hold more than one; `again`: it is the question whether another call follows.
    """
    flags = {"several": several, "again": again}
    return json.dumps({"tools": tools} | {k: v for k, v in flags.items() if v}, ensure_ascii=False)


CHATML = Calls(
    opens='<tool_call>\n{"name": "', begins='<tool_call>\n{"name": "',
    joins='\n<tool_call>\n{"name": "', marker="<tool_call>",
    between='}\n</tool_call>\n<tool_call>\n{"name": "', ended="}\n</tool_call>", again="<tool_call>",
)  # fmt: skip
"""How plain ChatML goes on where a tool is called: as in the models that were trained on Hermes' calls."""
CHATML_CLOSES = "}\n</tool_call>"


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
