"""Histories that are cut or changed, and arguments that are written anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from ...finding import Cause, Evidence, Loss, Place
from ...layout import REQUEST, Request
from ..holding import shape_of
from ..machine import Run
from ..messages import dict_of, options_of
from ..replayed import arguments_in
from ..requests import Given
from ..taints import Lit, Taint, Taints
from ..telling import evidence_of
from ..texts import parts_of
from ..values import Choice, DictV, ListV, Opaque, Value
from .live import is_live

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
    run.evidence += _trades_places(run, value, request)
    run.evidence += _written_anew(value, request)
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
        if taint.flag in ("head", "filter", "choice", "picked", "rest"):
            continue
        if taint.needs and taint.needs not in run.loop_numbers():
            continue
        if taint.cause in _LISTED or taint.cause is Cause.ARGUMENTS:
            more = "" if taint.cause is Cause.ARGUMENTS else "the history"
            cause = Cause.ENDED if taint.cause is Cause.COMPLETION else taint.cause
            run.evidence.append(evidence_of(request, cause, taint, more=more))


def _written_anew(value: Value, request: Request) -> Iterator[Evidence]:
    """The newest message of a history, sent behind the others as another one that holds its text."""
    items = [i for o in options_of(value) if isinstance(o, ListV) for i in o.items]
    if len(items) < 2 or items[-1].many or not any(i.many for i in items[:-1]):
        return
    newest = items[-1].value
    content = newest.fields.get("content") if isinstance(newest, DictV) else None
    owners = [i.value.parent for i in items[:-1] if i.many and isinstance(i.value, Opaque)]
    cause = _of_newest(content, [o for o in owners if o is not None])
    if cause is not None and isinstance(newest, DictV) and newest.rewrites is None:
        what = (
            "the newest message becomes a list of blocks"
            if cause is Cause.SHAPE
            else "the newest message is changed"
        )
        blocks = content.items if isinstance(content, ListV) else []
        marked = (b.value.place for b in blocks if isinstance(b.value, DictV))
        place = next((each for each in marked if each is not None), request.sink)
        taint = Taint(cause, REQUEST, place, what)
        yield evidence_of(request, cause, taint)


def _of_newest(content: Value | None, owners: Sequence[object]) -> Cause | None:
    """What it means that a content holds the text of the newest message of a history."""

    def is_newest(value: Value | None) -> bool:
        if any(_is_same(value, _newest_text(owner)) for owner in owners):
            return True
        held = value.parent if isinstance(value, Opaque) and value.index == "last" else None
        parents = (held, getattr(held, "parent", None))
        return any(p is not None and any(p is o for o in owners) for p in parents)

    if isinstance(content, ListV):
        blocks = (i.value for i in content.items if isinstance(i.value, DictV))
        return Cause.SHAPE if any(is_newest(b.fields.get("text")) for b in blocks) else None
    return None


def _is_same(one: Value | None, other: Value | None) -> bool:
    """Whether two values are one, whatever way it took."""
    if not isinstance(one, Opaque) or not isinstance(other, Opaque):
        return one is not None and one is other
    return bool(one.label) and one.label == other.label and one.parent is other.parent


def _newest_text(history: object) -> Value | None:
    """The text of the newest message of a history, where it was put there just now."""
    last = history.items[-1] if isinstance(history, ListV) and history.items else None
    message = dict_of(last.value) if last is not None and not last.many else None
    return message.fields.get("content") if message is not None else None


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


def _trades_places(run: Run, value: Value, request: Request) -> Iterator[Evidence]:
    """A message that stands in front of the history in one state of things, and behind it in another."""
    lists = [o for o in options_of(value) if isinstance(o, ListV)]
    taints = [t for t in value.taints if is_live(run, t)] if isinstance(value, Choice) else []
    for one, other in permutations(lists, 2) if taints else ():
        before, behind = _around(one)[0], _around(other)[1]
        if any(_are_one(m, n) for m in before for n in behind):
            what = "a message stands in front of the history on one turn, and behind it on another"
            yield evidence_of(request, Cause.REWRITTEN, taints[0], what)
            return


def _around(messages: ListV) -> tuple[list[Value], list[Value]]:
    """The messages in front of a history, and those behind it."""
    many = [at for at, item in enumerate(messages.items) if item.many]
    if not many:
        return [], []
    values = [item.value for item in messages.items]
    return values[: many[0]], values[many[-1] + 1 :]


def _are_one(one: Value, other: Value) -> bool:
    return one is other


def text_of(message: DictV, place: Place) -> str:
    """The literal text of a message."""
    content = message.fields.get("content")
    parts = parts_of(content, place) if content is not None else ()
    return "".join(p.text for p in parts if isinstance(p, Lit)).strip()


def _items(value: Value) -> list[Value]:
    if isinstance(value, Choice):
        return [held for option in value.options for held in _items(option)]
    return [item.value for item in value.items] if isinstance(value, ListV) else []
