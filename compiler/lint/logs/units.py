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


Known = dict[tuple[Kind, bool, object], Unit]
"""Units by kind, form and fields: a history comes again in each call, and is taken in once."""


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
        units += [_unit("system", "system", block, "", known) for block in _list(body.get(key))]
    messages = body.get("messages")
    if isinstance(messages, str):
        messages = turns_of(messages) or messages
    for message in _list(messages):
        role = (
            str(message.get("role", message.get("type", "")))
            if isinstance(message, dict)
            else "user"
        )
        kind: Kind = (
            "system"
            if role in ("system", "developer") and not any(u.kind == "message" for u in units)
            else "message"
        )
        units.append(_unit(kind, role, message, target, known))
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


def _unit(kind: Kind, role: str, data: Any, target: str, known: Known) -> Unit:
    is_claude = target == "anthropic"
    key = (kind, is_claude, _identity(data))
    try:
        held = known.get(key)
    except TypeError:  # fields that hold lists
        key = (kind, is_claude, text_of(data))
        held = known.get(key)
    if held is None:
        held = known[key] = _made(kind, role, _one_form(data) if is_claude else data)
    return held


def _identity(data: Any) -> object:
    """What tells data from other data, in the order of its keys."""
    return tuple(data.items()) if isinstance(data, dict) else data


def _made(kind: Kind, role: str, data: Any) -> Unit:
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
