"""Filters of templates: what they leave of a value, of its order, and what they bring in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..finding import Cause, Place
from ..layout import REQUEST, TURN
from ..python.clocks import coarse
from ..python.elements import element_of
from ..python.externals.containers import in_order
from ..python.holding import join, shape_of, taints_in
from ..python.sources.forms import called_like
from ..python.taints import Hole, Lit, Taint
from ..python.texts import joined, parts_of, text
from ..python.values import Const, DictV, ListV, Opaque, Value
from .loops import is_history

_AGES = re.compile(
    r"^(time_?ago|ago|natural_?(time|delta|day)|humani[sz]e(_(time|age|delta|date|datetime))?|time_?since|time_?until"
    r"|relative(_(time|date|age))?|from_?now|age|pretty_(date|time)|since)$"
)
"""Filters that count from now."""


def filtered(
    name: str, value: Value, args: Sequence[Value], place: Place, own: Value | None
) -> Value:
    """What a filter gives; `own`: what a filter of the program's own brings into it."""
    if name in ("sort", "dictsort", "groupby"):
        return in_order(value)
    if _AGES.match(name) and not args:
        taint = Taint(Cause.CLOCK, REQUEST, place, f"the filter `{name}`")
        return Opaque(taints_in(value) | {taint})
    if (told := _told(name, value, args, place)) is not None:
        return told
    if name in ("length", "count"):
        label = value.label if isinstance(value, Opaque) else ""
        return Opaque(
            frozenset(t for t in taints_in(value, 1) if t.cause is not Cause.UNORDERED),
            label=label,
        )
    if name == "tojson":
        return _without_key_order(value)
    if name in ("strftime", "datetimeformat", "date") and args and isinstance(args[0], Const):
        return coarse(value, str(args[0].value))
    if name == "join":
        return joined(args[0] if args else Const(""), value, place)
    if name in ("first", "last"):
        held = element_of(value)
        order = frozenset(t for t in shape_of(value) if t.cause is Cause.UNORDERED)
        return Opaque(taints_in(held) | order)
    if name in ("default", "d") and args:
        return join([value, args[0]])
    if name == "format" and args:
        return _formatted(value, args, place)
    if own is not None:
        brought = [p for p in parts_of(own, place) if isinstance(p, Hole)]
        return text((*brought, *parts_of(value, place)))
    return _kept(value)


def _told(name: str, value: Value, args: Sequence[Value], place: Place) -> Value | None:
    """What a filter's own name or the history that it is put on says of what it gives."""
    is_now = isinstance(value, Const) and str(value.value).lower() in ("now", "today")
    source = called_like(name, 0) or (called_like("now", 0) if is_now else None)
    if source is not None:
        taint = Taint(source.cause, source.rank, place, f"the filter `{name}`")
        held = Opaque(frozenset({taint}))
        return coarse(held, str(args[0].value)) if args and isinstance(args[0], Const) else held
    if not is_history(value):
        return None
    if name in ("length", "count"):
        taint = Taint(Cause.COUNTER, TURN, place, "the number of messages")
        return Opaque(frozenset({taint}))
    if name == "reverse" and isinstance(value, Opaque):
        taint = Taint(Cause.REWRITTEN, REQUEST, place, "a history with the newest first")
        return replace(value, shape=value.shape | {taint})
    return None


def _formatted(value: Value, args: Sequence[Value], place: Place) -> Value:
    """A pattern of `%` with what it is filled with, put where the first of them goes."""
    pattern = str(value.value) if isinstance(value, Const) else ""
    head, _, rest = pattern.partition("%")
    inner = [part for each in args for part in parts_of(each, place)]
    return text((Lit(head), *inner, Lit(rest)))


def _kept(value: Value) -> Value:
    """What most filters leave of a value: its taints and its order."""
    if isinstance(value, ListV | DictV | Opaque | Const):
        return value
    return value


def _without_key_order(value: Value) -> Value:
    """Jinja's `tojson` sorts keys."""
    if isinstance(value, DictV):
        return replace(
            value, shape=frozenset(t for t in value.shape if t.cause is not Cause.UNORDERED)
        )
    return value
