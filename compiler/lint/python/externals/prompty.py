"""Prompty: a file of sections by role, which is filled in and sent at once, or loaded first."""

from __future__ import annotations

from ..calling import Calling
from ..paths import file_named
from ..rendering import context_of
from ..requests import Given
from ..values import Const, DictV, Item, ListV, Opaque, Value

LOADED = "<template>"


def opened(call: Calling) -> Value:
    """`prompty.load(file)`: the file, to be executed later."""
    return Opaque(label=LOADED + _file_of(call))


def prepared(call: Calling) -> Value:
    """`prompty.prepare(file, inputs=...)`: the messages that it makes."""
    return _messages(call) or Opaque(label="messages")


def executed(call: Calling) -> Value:
    """`prompty.execute(file, inputs=...)`: its messages are sent."""
    messages = _messages(call)
    if messages is not None:
        call.run.send(call.run, Given(messages=messages), call.here, call.frame.name)
    return Opaque(is_reply=True)


def _messages(call: Calling) -> Value | None:
    given = call.kwargs.get("inputs", call.args[1] if len(call.args) > 1 else DictV())
    values = context_of(call.with_args(), [given])
    library = call.run.templates
    sections = library.sections(_file_of(call), values, call.frame.module.file) if library else None
    if sections is None:
        return None
    turns = [DictV({"role": Const(role), "content": words}) for role, words in sections]
    return ListV("list", [Item(turn) for turn in turns])


def _file_of(call: Calling) -> str:
    first = call.first
    if isinstance(first, Opaque) and first.label.startswith(LOADED):
        return first.label.removeprefix(LOADED)
    return file_named(first)
