"""Calls of tools in messages that are replayed: whether their arguments are the bytes that the model wrote."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Cause
from .holding import taints_in, union
from .messages import options_of, role_of
from .taints import NONE, Taints
from .texts import literal
from .values import Choice, Const, DictV, ListV, Value

DUMPED = "dumped"
"""The flag of text that was dumped of something unknown: arguments, where it stands as those of a call."""

_KEYS = ("tool_calls", "arguments", "input", "function_call", "content", "function")
_SAID_BY_OTHERS = frozenset({"user", "system", "tool", "function"})
_RESULTS = frozenset({"tool_result", "function_call_output"})
_DEPTH = 7


def arguments_in(message: DictV) -> Taints:
    """Arguments of tool calls in a message that were parsed and dumped; what a tool answers is nobody's arguments."""
    if role_of(message.fields.get("role", Const(""))) in _SAID_BY_OTHERS:
        return NONE
    held = [message.fields[key] for key in _KEYS if key in message.fields]
    known = union(_of_calls(value, _DEPTH) for value in held)
    calls = (call for value in (message, *held) for call in _calls_in(value, _DEPTH))
    dumped = union(taints_in(c.fields["arguments"]) for c in calls if not _is_own(c))
    return frozenset(t for t in known if t.flag != DUMPED) | frozenset(
        t for t in dumped if t.flag == DUMPED
    )


def _of_calls(value: Value | None, depth: int) -> Taints:
    """The arguments in a value, those left out that stand in a tool's answer."""
    match value:
        case DictV(fields=fields, rest=rest) if depth:
            if _is_result(value):
                return NONE
            return union(_of_calls(each, depth - 1) for each in (*fields.values(), rest))
        case ListV(items=items) if depth:
            return union(_of_calls(item.value, depth - 1) for item in items)
        case Choice(options=options) if depth:
            return union(_of_calls(each, depth - 1) for each in options)
        case _:
            found = taints_in(value, depth)
            return frozenset(t for t in found if t.cause is Cause.ARGUMENTS)


def _is_result(message: DictV) -> bool:
    return literal(message.fields.get("type", Const(""))) in _RESULTS


def _calls_in(value: Value, depth: int) -> Iterator[DictV]:
    """The calls that a value holds, by a name and arguments."""
    match value:
        case DictV(fields=fields) if depth:
            if {"name", "arguments"} <= fields.keys():
                yield value
            for each in fields.values():
                yield from _calls_in(each, depth - 1)
        case ListV(items=items) if depth:
            for item in items:
                yield from _calls_in(item.value, depth - 1)
        case Choice(options=options) if depth:
            for each in options:
                yield from _calls_in(each, depth - 1)
        case _:
            return


def _is_own(call: DictV) -> bool:
    """Whether a program writes a call itself, which it names: its arguments were never a model's."""
    return all(literal(each) is not None for each in options_of(call.fields["name"]))
