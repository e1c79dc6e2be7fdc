"""Histories that are cut or changed, and arguments that are written anew."""

from __future__ import annotations

from ...finding import Cause
from ...layout import REQUEST, Request
from ..machine import Run
from ..requests import Given
from ..values import Choice, DictV, ListV, Taint, Taints, Value, shape_of, taints_in
from .live import evidence_of

_LISTED = frozenset(
    {
        Cause.WINDOW,
        Cause.REWRITTEN,
        Cause.UNSAVED,
        Cause.SHAPE,
        Cause.COMPLETION,
        Cause.REASONING,
        Cause.UNORDERED,
        Cause.SAMPLED,
    }
)


def judge_messages(run: Run, given: Given, request: Request) -> None:
    """Histories that are cut or changed, and arguments that are written anew."""
    value = given.messages
    if value is None:
        return
    taints: Taints = shape_of(value)
    for item in _items(value):
        for option in item.options if isinstance(item, Choice) else [item]:
            if isinstance(option, DictV) and option.rewrites is not None:
                taints |= {option.rewrites}
            if isinstance(option, DictV):
                taints |= _arguments(option)
        if isinstance(item, Choice) and any(isinstance(o, DictV) for o in item.options):
            taints |= frozenset(
                Taint(Cause.REWRITTEN, REQUEST, t.place, "earlier messages are changed", t.path)
                for t in item.taints
                if t.flag == "length"
            )
    for taint in taints:
        if taint.flag in ("head", "filter", "choice"):
            continue
        if taint.cause in _LISTED or taint.cause is Cause.ARGUMENTS:
            more = "" if taint.cause is Cause.ARGUMENTS else "the history"
            run.evidence.append(evidence_of(request, taint.cause, taint, more=more))


def _items(value: Value) -> list[Value]:
    if isinstance(value, Choice):
        return [held for option in value.options for held in _items(option)]
    return [item.value for item in value.items] if isinstance(value, ListV) else []


def _arguments(message: DictV) -> Taints:
    """Arguments of tool calls in a message that were parsed and dumped."""
    found = [
        t
        for key in ("tool_calls", "arguments", "input", "function_call", "content", "function")
        if key in message.fields
        for t in taints_in(message.fields[key], 7)
        if t.cause is Cause.ARGUMENTS
    ]
    return frozenset(found)
