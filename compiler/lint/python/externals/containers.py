"""Builtins that make containers, copy them, or put them in order."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...finding import Cause
from ...layout import REQUEST
from ..building import merge, order_taint, splice
from ..copies import items_of
from ..elements import element_of, is_historical, length_taint
from ..frames import Frame
from ..holding import join, picked, shape_of, taints_in, text_taints_of
from ..machine import Run
from ..places import place_of, shown
from ..taints import NONE, Taint, Taints
from ..texts import label_taints
from ..values import Choice, Const, DictV, ListV, Opaque, Value


def len_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`len`."""
    if not args:
        return Opaque()
    held = args[0]
    if isinstance(held, Const) and isinstance(held.value, str | tuple | list):
        return Const(len(held.value))
    if (
        isinstance(held, ListV)
        and not held.persists
        and not any(i.many for i in held.items)
        and not held.shape
    ):
        return Const(len(held.items))
    asked = frozenset(t for t in taints_in(held, 3) if t.flag == "asked")
    return Opaque(length_taint(run, frame, held, node) | asked, label="len()")


_CLEANSED = (Cause.UNORDERED, Cause.COMPLETION, Cause.TOOL_ORDER, Cause.SAMPLED)


def sorted_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`sorted`: in order now, unless the key depends on something that varies."""
    if not args:
        return Opaque()
    found = in_order(args[0])
    ranked = ranking(run, frame, args[0], kwargs.get("key"), node)
    if ranked and isinstance(found, ListV | Opaque):
        found.shape |= ranked
    return found


def best_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`heapq.nlargest` and its kin: the first of what is sorted."""
    return sorted_call(run, frame, args[1:], kwargs, node)


_AS_ORDER = {
    Cause.HASHED: Cause.UNORDERED,
    Cause.ADDRESS: Cause.UNORDERED,
    Cause.RANDOM: Cause.SAMPLED,
    Cause.SAMPLED: Cause.SAMPLED,
}
"""What a key that varies makes of the order of what it sorts."""


def ranking(run: Run, frame: Frame, value: Value, key: Value | None, node: ast.Call) -> Taints:
    """An order by how well something fits a question is another one for another question."""
    if key is None:
        return NONE
    lambda_ = next((k.value for k in node.keywords if k.arg == "key"), None)
    found = _asked_in(run, frame, lambda_, node) if isinstance(lambda_, ast.Lambda) else NONE
    ranked: set[Taint] = set()
    for taint in taints_in(run.call(run, "value", frame, key, [element_of(value)], {}, node), 3):
        if taint.cause in _AS_ORDER:
            ranked.add(replace(taint, cause=_AS_ORDER[taint.cause]))
        elif taint.flag == "asked":
            ranked.add(picked(taint, place_of(frame.module, node)))
        elif taint.cause is Cause.STATE and not taint.flag:
            ranked.add(taint.through(place_of(frame.module, node)))
    return found | ranked


def _asked_in(run: Run, frame: Frame, key: ast.Lambda, node: ast.Call) -> Taints:
    """What a key asks for by the question of the call, or counts by."""
    found: set[Taint] = set()
    counted: set[Taint] = set()
    for each in ast.walk(key.body):
        if isinstance(each, ast.Attribute):
            counted |= _counted(run, frame, each)
        held = frame.env.get(each.id) if isinstance(each, ast.Name) else None
        if isinstance(held, Opaque):
            place = place_of(frame.module, node)
            found |= {t for t in label_taints(held, place) if t.cause is Cause.VARYING}
            counted |= {picked(t, place) for t in held.taints if t.flag == "asked"}
    return frozenset(replace(t, flag="filter") for t in found) | counted


def _counted(run: Run, frame: Frame, node: ast.Attribute) -> Taints:
    """What a key reads that changes from call to call: an order by use is another one after each use."""
    held = run.evaluate(run, frame, node)
    taints = text_taints_of(held) | (held.taints if isinstance(held, Opaque) else NONE)
    place = place_of(frame.module, node)
    return frozenset(t.through(place) for t in taints if t.cause is Cause.STATE and not t.flag)


def in_order(value: Value) -> Value:
    """A container whose order is fixed now."""
    kept = frozenset(t for t in shape_of(value) if t.cause not in _CLEANSED)
    match value:
        case ListV():
            return replace(value, kind="list", items=list(value.items), shape=kept, persists=False)
        case Opaque():
            return replace(value, shape=kept)
        case DictV():
            made = ListV("list", shape=kept, as_text=value.as_text)
            made.add(element_of(value), many=True)
            return made
        case Choice(options=options, taints=taints):
            return join([in_order(option) for option in options], taints)
        case _:
            return value


def list_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`list`, `tuple`."""
    made = ListV("list", loops=run.loop_numbers())
    if args:
        if isinstance(args[0], Opaque) and args[0].label.startswith("<"):
            return args[0]
        splice(made, args[0])
    return made


def set_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`set`, `frozenset`."""
    made = ListV("set", loops=run.loop_numbers())
    if args:
        splice(made, args[0])
        made.shape = frozenset(t for t in made.shape if t.cause is not Cause.UNORDERED)
    made.shape |= {order_taint(run, frame, node)}
    return made


def dict_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`dict` and its kin."""
    if args and isinstance(args[0], Opaque) and args[0].label.startswith("<"):
        return args[0]
    made = DictV(loops=run.loop_numbers())
    if args:
        if isinstance(args[0], ListV):
            made.rest = element_of(args[0])
            made.shape |= args[0].shape
        else:
            merge(made, args[0])
    made.fields.update(kwargs)
    return made


def deep_copy(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A deep copy of a history: what is changed in it is not stored."""
    if not args:
        return Opaque()
    held = args[0]
    if isinstance(held, ListV):
        made = replace(held, items=items_of(held), persists=False, parent=None)
        made.is_copy = is_historical(held)
        return made
    if isinstance(held, Opaque):
        return replace(held, is_copy=is_historical(held))
    if isinstance(held, DictV):
        return replace(held, fields=dict(held.fields))
    return held


def shallow_copy(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`copy.copy`."""
    if args and isinstance(args[0], ListV):
        return replace(args[0], items=items_of(args[0]), persists=False)
    return args[0] if args else Opaque()


def deque_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`deque`; one with a limit is a window."""
    made = ListV("list", loops=run.loop_numbers())
    if args:
        splice(made, args[0])
    limit = kwargs.get("maxlen", args[1] if len(args) > 1 else None)
    if limit is not None and not (isinstance(limit, Const) and limit.value is None):
        place = place_of(frame.module, node)
        made.shape |= {
            Taint(
                Cause.WINDOW, REQUEST, place, f"the window {shown(node)}", loops=run.loop_numbers()
            )
        }
    return made


def chained(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`itertools.chain`."""
    made = ListV("list", loops=run.loop_numbers())
    for each in args:
        splice(made, each)
    return made


def from_keys(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`dict.fromkeys` keeps the order that it is given."""
    return list_call(run, frame, args[:1], {}, node)
