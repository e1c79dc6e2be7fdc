"""Histories that are cut or changed, and arguments that are written anew."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Cause, Evidence, Loss, Place
from ...layout import REQUEST, Request
from ..holding import shape_of
from ..machine import Run
from ..messages import dict_of, options_of
from ..newest import arguments_in
from ..requests import Given
from ..texts import parts_of
from ..values import Choice, DictV, ListV, Lit, Taint, Taints, Value
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
    run.evidence += _moves_about(value, request)
    taints: Taints = shape_of(value)
    for item in _items(value):
        for option in item.options if isinstance(item, Choice) else [item]:
            if isinstance(option, DictV) and option.rewrites is not None:
                taints |= {option.rewrites}
            if isinstance(option, DictV):
                taints |= arguments_in(option)
        if isinstance(item, Choice) and any(isinstance(o, DictV) for o in item.options):
            taints |= frozenset(
                Taint(Cause.REWRITTEN, REQUEST, t.place, "earlier messages are changed", t.path)
                for t in item.taints
                if t.flag == "length"
            )
    for taint in taints:
        if taint.flag in ("head", "filter", "choice", "rest"):
            continue
        if taint.cause in _LISTED or taint.cause is Cause.ARGUMENTS:
            more = "" if taint.cause is Cause.ARGUMENTS else "the history"
            run.evidence.append(evidence_of(request, taint.cause, taint, more=more))


def _moves_about(value: Value, request: Request) -> Iterator[Evidence]:
    """A fixed text that is a message of its own under a condition, and else stands in the newest one."""
    items = [i for o in options_of(value) if isinstance(o, ListV) for i in o.items]
    newest = dict_of(items[-1].value) if items and not items[-1].many else None
    if newest is None:
        return
    last = text_of(newest, request.sink)
    for item in items[:-1]:
        message = dict_of(item.value) if item.added is not None else None
        text = text_of(message, request.sink) if message is not None else ""
        if item.added is not None and len(text) >= _LONG and text in last:
            what = "a text stands in front of the history on one turn, and behind it on another"
            loss = Loss(0, more="the history")
            yield Evidence(
                Cause.REWRITTEN, item.added, request.sink, what, (), loss, request.family
            )


_LONG = 64
"""Characters of a text that is worth looking for elsewhere."""


def text_of(message: DictV, place: Place) -> str:
    """The literal text of a message."""
    content = message.fields.get("content")
    parts = parts_of(content, place) if content is not None else ()
    return "".join(p.text for p in parts if isinstance(p, Lit)).strip()


def _items(value: Value) -> list[Value]:
    if isinstance(value, Choice):
        return [held for option in value.options for held in _items(option)]
    return [item.value for item in value.items] if isinstance(value, ListV) else []
