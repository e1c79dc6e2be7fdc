"""Names in loops and tuples: what an element is bound to, and what a condition varies with."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..finding import Cause
from ..layout import REQUEST
from .elements import element_of
from .holding import join, taints_in
from .machine import Frame, Loop, Run
from .values import NONE, Choice, Hole, Item, ListV, Opaque, Taint, Taints, Text, Value


def condition_taints(run: Run, frame: Frame, test: Value) -> Taints:
    """What a condition varies with: not the order of what it looks into."""
    held = taints_in(test, 2)
    return frozenset(
        t
        for t in held
        if t.cause not in (Cause.UNORDERED, Cause.WINDOW, Cause.REWRITTEN, Cause.RETRIEVED)
    )


def loop_element(run: Run, frame: Frame, source: Value, node: ast.expr, loop: Loop) -> Value:
    """The loop variable: it varies from round to round, and only there."""
    value = element_of(source)
    cause = Cause.VARYING
    match node:
        case ast.Call(func=ast.Name(id="range")) | ast.Call(func=ast.Attribute(attr="count")):
            cause = Cause.COUNTER
        case ast.Call(func=ast.Name(id="enumerate")):
            if isinstance(value, ListV) and value.items:
                first = Opaque(
                    frozenset({_loop_taint(run, loop, Cause.COUNTER, "the loop counter")}),
                    label="number",
                )
                rest = [_varying(run, loop, i.value) for i in value.items[1:]]
                return replace(value, items=[Item(first), *(Item(r) for r in rest)])
        case _:
            pass
    return _varying(run, loop, value, cause)


def _varying(run: Run, loop: Loop, value: Value, cause: Cause = Cause.VARYING) -> Value:
    what = "the loop counter" if cause is Cause.COUNTER else "the loop variable"
    taint = _loop_taint(run, loop, cause, what)
    match value:
        case Opaque() if value.parent is None:
            return replace(value, taints=value.taints | {taint})
        case Text(parts=parts):
            return Text((Hole(frozenset({taint})), *parts))
        case ListV(kind="tuple"):
            return replace(
                value,
                items=[Item(_varying(run, loop, i.value, cause), i.many) for i in value.items],
            )
        case _:
            return value


def _loop_taint(run: Run, loop: Loop, cause: Cause, what: str) -> Taint:
    return Taint(
        cause,
        REQUEST,
        loop.place,
        what,
        loops=(*run.loop_numbers(), loop.number),
        needs=loop.number,
    )


def bind(run: Run, frame: Frame, target: ast.expr, value: Value) -> None:
    """Give names to a value; attributes and items are set by statements."""
    match target:
        case ast.Name(id=name):
            frame.env[name] = value
        case ast.Tuple(elts=elts) | ast.List(elts=elts):
            _unpack(run, frame, elts, value)
        case ast.Starred(value=inner):
            bind(run, frame, inner, value)
        case _:
            pass


def _unpack(run: Run, frame: Frame, targets: list[ast.expr], value: Value) -> None:
    items = value.items if isinstance(value, ListV) else None
    exact = items is not None and not any(i.many for i in items) and len(items) == len(targets)
    for number, target in enumerate(targets):
        if exact and items is not None:
            held = items[number].value
        elif isinstance(value, Choice):
            held = join(
                o.items[number].value
                if isinstance(o, ListV) and number < len(o.items)
                else element_of(o)
                for o in value.options
            )
        elif isinstance(value, Opaque) and value.item is None:
            name = target.id if isinstance(target, ast.Name) else ""
            held = replace(value, label=name or value.label, shape=NONE)
        else:
            held = element_of(value)
        bind(run, frame, target, held)
