"""Builtins that go through other values: `map`, `filter`, `reversed`, `next`."""

from __future__ import annotations

import ast
from dataclasses import replace

from ...finding import Cause
from ...layout import REQUEST
from ..binding import mapped_elements
from ..calling import Calling
from ..drawn import drawn, is_drawn
from ..elements import element_of, known_items
from ..frames import Loop
from ..holding import join, shape_of, taints_in, text_taints_of
from ..slices import sliced
from ..taints import Taint
from ..values import Const, ListV, Opaque, Value
from .combined import CYCLE


def map_call(call: Calling) -> Value:
    """`map`."""
    if len(call.args) < 2:
        return Opaque()
    made = ListV("generator", shape=shape_of(call.args[1]), as_text=text_taints_of(call.args[1]))
    held = known_items(call.args[1]) if len(call.args) == 2 else None
    if held is not None:
        for each in held:
            made.add(call.applied(call.args[0], [each]))
        return made
    loop = Loop(call.run.next_number(), call.here, frame=call.frame)
    given = mapped_elements(call.run, call.args[1:], loop)
    call.run.loops.append(loop)
    made.add(call.applied(call.args[0], given), many=True)
    call.run.loops.pop()
    return made


def filter_call(call: Calling) -> Value:
    """`filter`."""
    if len(call.args) < 2:
        return Opaque()
    test = call.applied(call.args[0], [element_of(call.args[1])])
    taints = frozenset(
        drawn(t, call.here)
        if is_drawn(_body_of(call.node.args[0]), t)
        else replace(t, flag="filter")
        for t in taints_in(test, 2)
        if t.cause is not Cause.UNORDERED
    )
    made = ListV(
        "generator", shape=shape_of(call.args[1]) | taints, as_text=text_taints_of(call.args[1])
    )
    made.add(element_of(call.args[1]), many=True)
    return made


def _body_of(test: ast.expr) -> ast.expr:
    return test.body if isinstance(test, ast.Lambda) else test


def reversed_call(call: Calling) -> Value:
    """`reversed`: what comes first of it are the newest."""
    held = call.first
    if not isinstance(held, ListV):
        return held
    items = [*held.items] if any(i.many for i in held.items) else held.items[::-1]
    kind = "list" if held.kind == "reversed" else "reversed"
    return replace(held, kind=kind, items=items, persists=False, parent=_owner(held))


def _owner(held: ListV) -> ListV | Opaque | None:
    return held if held.persists else held.parent


def _goes_round(call: Calling, held: Value) -> bool:
    """Whether it is another element of a cycle each time: its first one is taken where it is made, once."""
    if not isinstance(held, ListV) or held.kind != CYCLE:
        return False
    is_made_here = any(each is held for each in call.frame.env.values())
    return not is_made_here or held.loops != call.loops


def next_call(call: Calling) -> Value:
    """One of an unordered many is any of them, of a cycle the one behind that of the call before."""
    if not call.args:
        return Opaque()
    found = element_of(call.args[0])
    if _goes_round(call, call.args[0]):
        return join([found, Const("")], frozenset({call.taint(Cause.COUNTER, call.shown)}))
    if isinstance(call.args[0], Opaque) and call.args[0].label.endswith("count()"):
        place = call.here
        return Opaque(
            frozenset({Taint(Cause.COUNTER, REQUEST, place, call.shown, loops=call.loops)})
        )
    order = shape_of(call.args[0])
    return join([found, Const("")], order) if order else found


def counter(call: Calling) -> Value:
    """`itertools.count`."""
    return Opaque(label="count()")


def islice_call(call: Calling) -> Value:
    """`itertools.islice`: a slice."""
    if not call.args or not 2 <= len(call.node.args) <= 4:
        return call.first
    ends = [
        None if isinstance(e, ast.Constant) and e.value is None else e for e in call.node.args[1:3]
    ]
    lower, upper = ends if len(ends) == 2 else (None, ends[0])
    cut = ast.Subscript(call.node.args[0], ast.Slice(lower, upper), ast.Load())
    return sliced(call.run, call.frame, call.args[0], ast.copy_location(cut, call.node))
