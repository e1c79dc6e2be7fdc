"""Builtins that go through other values: `enumerate`, `zip`, `map`, `filter`, `next`."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...finding import Cause
from ...layout import REQUEST
from ..elements import element_of
from ..frames import Frame, Loop
from ..holding import join, shape_of, taints_in, text_taints_of, union
from ..machine import Run
from ..places import place_of, shown
from ..slices import sliced
from ..taints import NONE, Taint
from ..values import Const, Item, ListV, Opaque, Value


def enumerate_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`enumerate`."""
    made = ListV(
        "list",
        shape=shape_of(args[0]) if args else NONE,
        as_text=text_taints_of(args[0]) if args else NONE,
    )
    made.add(
        ListV(
            "tuple", [Item(Opaque(label="number")), Item(element_of(args[0]) if args else Opaque())]
        ),
        many=True,
    )
    return made


def zip_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`zip`."""
    made = ListV("list", shape=union(shape_of(a) for a in args))
    made.add(ListV("tuple", [Item(element_of(a)) for a in args]), many=True)
    return made


def map_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`map`."""
    if len(args) < 2:
        return Opaque()
    made = ListV("generator", shape=shape_of(args[1]), as_text=text_taints_of(args[1]))
    run.loops.append(Loop(run.next_number(), place_of(frame.module, node), frame=frame))
    given = [element_of(a) for a in args[1:]]
    made.add(run.call(run, "value", frame, args[0], given, {}, node), many=True)
    run.loops.pop()
    return made


def filter_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`filter`."""
    if len(args) < 2:
        return Opaque()
    test = run.call(run, "value", frame, args[0], [element_of(args[1])], {}, node)
    taints = frozenset(
        replace(t, flag="filter") for t in taints_in(test, 2) if t.cause is not Cause.UNORDERED
    )
    made = ListV("generator", shape=shape_of(args[1]) | taints, as_text=text_taints_of(args[1]))
    made.add(element_of(args[1]), many=True)
    return made


def reversed_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`reversed`: what comes first of it are the newest."""
    held = args[0] if args else Opaque()
    if not isinstance(held, ListV):
        return held
    items = [*held.items] if any(i.many for i in held.items) else held.items[::-1]
    kind = "list" if held.kind == "reversed" else "reversed"
    return replace(held, kind=kind, items=items, persists=False, parent=_owner(held))


def _owner(held: ListV) -> ListV | Opaque | None:
    return held if held.persists else held.parent


def next_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """One of an unordered many is any of them."""
    if not args:
        return Opaque()
    found = element_of(args[0])
    if isinstance(args[0], Opaque) and args[0].label.endswith("count()"):
        place = place_of(frame.module, node)
        return Opaque(
            frozenset({Taint(Cause.COUNTER, REQUEST, place, shown(node), loops=run.loop_numbers())})
        )
    order = shape_of(args[0])
    return join([found, Const("")], order) if order else found


def counter(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`itertools.count`."""
    return Opaque(label="count()")


def islice_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`itertools.islice`: a slice."""
    if not args or not 2 <= len(node.args) <= 4:
        return args[0] if args else Opaque()
    ends = [None if isinstance(e, ast.Constant) and e.value is None else e for e in node.args[1:3]]
    lower, upper = ends if len(ends) == 2 else (None, ends[0])
    cut = ast.Subscript(node.args[0], ast.Slice(lower, upper), ast.Load())
    return sliced(run, frame, args[0], ast.copy_location(cut, node))
