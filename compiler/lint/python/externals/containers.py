"""Builtins that make containers, copy them, or put them in order."""

from __future__ import annotations

import ast
from dataclasses import replace

from ...finding import Cause
from ...layout import REQUEST
from ..building import merge, order_taint, splice
from ..calling import Calling
from ..copies import items_of
from ..elements import element_of, is_historical, length_taint
from ..frames import Frame
from ..holding import join, picked, shape_of, taints_in, text_taints_of
from ..labels import label_taints
from ..machine import Run
from ..places import place_of
from ..taints import NONE, Taint, Taints
from ..values import Choice, Const, DictV, ListV, Opaque, Value
from ..walking import walk


def len_call(call: Calling) -> Value:
    """`len`."""
    if not call.args:
        return Opaque()
    held = call.args[0]
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
    return Opaque(length_taint(call.run, call.frame, held, call.node) | asked, label="len()")


_CLEANSED = (Cause.UNORDERED, Cause.COMPLETION, Cause.TOOL_ORDER, Cause.SAMPLED)


def sorted_call(call: Calling) -> Value:
    """`sorted`: in order now, unless the key depends on something that varies."""
    if not call.args:
        return Opaque()
    found = in_order(call.args[0])
    ranked = ranking(call, call.args[0])
    if ranked and isinstance(found, ListV | Opaque):
        found.shape |= ranked
    return found


def best_call(call: Calling) -> Value:
    """`heapq.nlargest` and its kin: the first of what is sorted."""
    return sorted_call(replace(call, args=call.args[1:]))


_AS_ORDER = {
    Cause.HASHED: Cause.UNORDERED,
    Cause.ADDRESS: Cause.UNORDERED,
    Cause.RANDOM: Cause.SAMPLED,
    Cause.SAMPLED: Cause.SAMPLED,
}
"""What a key that varies makes of the order of what it sorts."""


def ranking(call: Calling, value: Value) -> Taints:
    """An order by how well something fits a question is another one for another question."""
    key = call.kwargs.get("key")
    if key is None:
        return NONE
    written = next((k.value for k in call.node.keywords if k.arg == "key"), None)
    found = _asked_in(call, written) if isinstance(written, ast.Lambda) else NONE
    ranked: set[Taint] = set()
    for taint in taints_in(call.applied(key, [element_of(value)]), 3):
        if taint.cause in _AS_ORDER:
            ranked.add(replace(taint, cause=_AS_ORDER[taint.cause]))
        elif taint.flag == "asked":
            ranked.add(picked(taint, call.here))
        elif taint.cause is Cause.STATE and not taint.flag:
            ranked.add(taint.through(call.here))
    return found | ranked


def _asked_in(call: Calling, key: ast.Lambda) -> Taints:
    """What a key asks for by the question of the call, or counts by."""
    found: set[Taint] = set()
    counted: set[Taint] = set()
    for each in walk(key.body):
        if isinstance(each, ast.Attribute):
            counted |= _counted(call.run, call.frame, each)
        held = call.frame.env.get(each.id) if isinstance(each, ast.Name) else None
        if isinstance(held, Opaque):
            found |= {t for t in label_taints(held, call.here) if t.cause is Cause.VARYING}
            counted |= {picked(t, call.here) for t in held.taints if t.flag == "asked"}
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
    as_text = frozenset(t for t in text_taints_of(value) if t.flag != "reconnect")
    match value:
        case ListV(items=items):
            return replace(
                value, kind="list", items=list(items), shape=kept, as_text=as_text, persists=False
            )
        case Opaque():
            return replace(value, shape=kept)
        case DictV():
            made = ListV("list", shape=kept, as_text=as_text)
            made.add(element_of(value), many=True)
            return made
        case Choice(options=options, taints=taints):
            return join([in_order(option) for option in options], taints)
        case _:
            return value


def list_call(call: Calling) -> Value:
    """`list`, `tuple`."""
    made = ListV("list", loops=call.loops)
    if call.args:
        if isinstance(call.args[0], Opaque) and call.args[0].label.startswith("<"):
            return call.args[0]
        splice(made, call.args[0])
    return made


def set_call(call: Calling) -> Value:
    """`set`, `frozenset`."""
    made = ListV("set", loops=call.loops)
    if call.args:
        splice(made, call.args[0])
        made.shape = frozenset(t for t in made.shape if t.cause is not Cause.UNORDERED)
    made.shape |= {order_taint(call.run, call.frame, call.node)}
    return made


def dict_call(call: Calling) -> Value:
    """`dict` and its kin."""
    if call.args and isinstance(call.args[0], Opaque) and call.args[0].label.startswith("<"):
        return call.args[0]
    made = DictV(loops=call.loops)
    if call.args:
        if isinstance(call.args[0], ListV):
            made.rest = element_of(call.args[0])
            made.shape |= call.args[0].shape
        else:
            merge(made, call.args[0])
    made.fields.update(call.kwargs)
    return made


def deep_copy(call: Calling) -> Value:
    """A deep copy of a history: what is changed in it is not stored."""
    if not call.args:
        return Opaque()
    held = call.args[0]
    if isinstance(held, ListV):
        made = replace(held, items=items_of(held), persists=False, parent=None)
        made.is_copy = is_historical(held)
        return made
    if isinstance(held, Opaque):
        return replace(held, is_copy=is_historical(held))
    if isinstance(held, DictV):
        return replace(held, fields=dict(held.fields))
    return held


def shallow_copy(call: Calling) -> Value:
    """`copy.copy`."""
    if call.args and isinstance(call.args[0], ListV):
        return replace(call.args[0], items=items_of(call.args[0]), persists=False)
    return call.first


def deque_call(call: Calling) -> Value:
    """`deque`; one with a limit is a window."""
    made = ListV("list", loops=call.loops)
    if call.args:
        splice(made, call.args[0])
    limit = call.kwargs.get("maxlen", call.args[1] if len(call.args) > 1 else None)
    if limit is not None and not (isinstance(limit, Const) and limit.value is None):
        place = call.here
        made.shape |= {
            Taint(Cause.WINDOW, REQUEST, place, f"the window {call.shown}", loops=call.loops)
        }
    return made


def chained(call: Calling) -> Value:
    """`itertools.chain`."""
    made = ListV("list", loops=call.loops)
    for each in call.args:
        splice(made, each)
    return made


def from_keys(call: Calling) -> Value:
    """`dict.fromkeys` keeps the order that it is given."""
    return list_call(call.with_args(*call.args[:1]))


def chain_map(call: Calling) -> Value:
    """`ChainMap`: of several tables, the first that has a key."""
    made = DictV(loops=call.loops)
    for each in reversed(call.args):
        merge(made, each)
    return made
