"""A logged request as units in the order in which a service reads them: tools, system text, messages."""

from __future__ import annotations

import re
from collections import Counter as Multiset
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from ..target import target_of
from .contents import MARKS, is_marked, plain_text, text_of, without_marks
from .logged import Logged
from .turns import turns_of

Kind = Literal["tools", "system", "message"]
OPTIONS = (
    "tool_choice",
    "thinking",
    "response_format",
    "reasoning",
    "reasoning_effort",
    "text",
    "output_config",
    "functions_call",
)
_STAMP = re.compile(r"(?:\d{4}-\d{2}-\d{2}[T ])?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?Z?")
"""A time of day, which may be written into a message anew each time that it is sent."""

_SYSTEM = ("system", "developer")
HEADERS = ("anthropic-beta", "openai-beta")


@dataclass(frozen=True)
class Unit:
    """A tool, a block of system text, or a message: its text without marks, and its data as logged."""

    kind: Kind
    role: str
    text: str
    data: Any = field(compare=False, hash=False, repr=False)
    has_mark: bool = field(default=False, compare=False)
    blocks: int = field(default=1, compare=False)

    @cached_property
    def plain(self) -> str:
        """The text alone, whether it came as a string or in blocks."""
        return plain_text(self.data)

    @cached_property
    def key(self) -> str:
        """What tells a message from others of a conversation, however it is spelled."""
        text = _STAMP.sub("@", (self.plain or self.text)[:320])
        return " ".join(text.split())[:160]


@dataclass
class Request:
    """One request of a log."""

    logged: Logged
    units: tuple[Unit, ...]
    model: str
    target: str
    options: dict[str, str]
    tokens: int = 0

    @property
    def line(self) -> int:
        """Where it stands."""
        return self.logged.line

    @cached_property
    def tools(self) -> tuple[Unit, ...]:
        """The tools."""
        return tuple(unit for unit in self.units if unit.kind == "tools")

    @cached_property
    def system(self) -> tuple[Unit, ...]:
        """The system text."""
        return tuple(unit for unit in self.units if unit.kind == "system")

    @cached_property
    def messages(self) -> tuple[Unit, ...]:
        """The conversation."""
        return tuple(unit for unit in self.units if unit.kind == "message")

    @cached_property
    def keys(self) -> Multiset[str]:
        """The keys of the conversation's messages."""
        return Multiset(unit.key for unit in self.messages)

    def begins_with(self, units: tuple[Unit, ...]) -> bool:
        """Whether this call goes on where some units end."""
        return self.units[: len(units)] == units

    @cached_property
    def head(self) -> str:
        """What tells families apart: system text, else the beginning of the first message."""
        held = "\n".join(unit.plain for unit in self.system)
        return held or (self.messages[0].plain if self.messages else "")


Known = dict[tuple[Kind, bool], dict[object, Unit]]
"""Units by kind and form, then by fields: a history comes again in each call, and is taken in once."""


def request_of(logged: Logged, wanted_target: str, known: Known | None = None) -> Request | None:
    """A logged call as units; None where its body has no messages that can be read."""
    known = {} if known is None else known
    body = logged.body
    model = str(body.get("model") or "")
    target = target_of(model, wanted_target)
    units: list[Unit] = []
    for tool in _list(body.get("tools") or body.get("functions")):
        units.append(
            Unit("tools", _tool_name(tool), text_of(without_marks(tool)), tool, is_marked(tool))
        )
    for key in ("system", "instructions"):
        units += _units("system", _list(body.get(key)), False, known)
    messages = body.get("messages")
    if isinstance(messages, str):
        messages = turns_of(messages) or messages
    units += _conversation(_list(messages), target == "anthropic", known)
    if not any(unit.kind != "tools" for unit in units):
        return None
    if is_marked({key: body[key] for key in MARKS if key in body}):
        units[-1] = replace(units[-1], has_mark=True)
    options = {
        name: text_of(body[name])
        for name in OPTIONS
        if body.get(name) is not None and not (name == "text" and isinstance(body[name], str))
    }
    return Request(logged, tuple(units), model, target, options)


def _one_form(message: Any) -> Any:
    """A message for Anthropic, where a string is short for one block of text."""
    if isinstance(message, dict) and isinstance(message.get("content"), str):
        return {**message, "content": [{"type": "text", "text": message["content"]}]}
    return message


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _conversation(messages: list[Any], is_claude: bool, known: Known) -> list[Unit]:
    """Messages as units: those of the system in front of all others are system text."""
    first = next(
        (n for n, each in enumerate(messages) if _role_of(each) not in _SYSTEM), len(messages)
    )
    return [
        *_units("system", messages[:first], is_claude, known),
        *_units("message", messages[first:], is_claude, known),
    ]


def _units(kind: Kind, many: list[Any], is_claude: bool, known: Known) -> list[Unit]:
    table = known.setdefault((kind, is_claude), {})
    return [_unit(kind, each, is_claude, table) for each in many]


def _unit(kind: Kind, data: Any, is_claude: bool, table: dict[object, Unit]) -> Unit:
    """Some data as a unit. What tells it from other data is its fields in their order."""
    key: object = tuple(data.items()) if isinstance(data, dict) else data
    try:
        held = table.get(key)
    except TypeError:  # fields that hold lists
        key = text_of(data)
        held = table.get(key)
    if held is None:
        held = table[key] = _made(kind, data, is_claude)
    return held


def _role_of(data: Any) -> str:
    return str(data.get("role", data.get("type", ""))) if isinstance(data, dict) else "user"


def _made(kind: Kind, data: Any, is_claude: bool) -> Unit:
    role = _role_of(data)
    if kind == "system" and role not in _SYSTEM:  # a block of system text
        role = "system"
    data = _one_form(data) if is_claude else data
    content = data.get("content", data.get("parts")) if isinstance(data, dict) else data
    blocks = len(content) if isinstance(content, list) else 1
    return Unit(kind, role, text_of(without_marks(data)), data, is_marked(data), blocks)


def _tool_name(tool: Any) -> str:
    if isinstance(tool, dict):
        inner = tool.get("function")
        inner = tool.get("toolSpec", inner)
        held = inner if isinstance(inner, dict) else tool
        return str(held.get("name", ""))
    return ""
