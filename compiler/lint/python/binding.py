"""Names in loops and tuples: what an element is bound to, and what a condition varies with."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from ..finding import Cause
from ..layout import REQUEST
from .elements import element_of, indexed
from .frames import Frame, Loop
from .holding import join, taints_in
from .machine import Run
from .slices import sliced
from .taints import FORM, NONE, Hole, Taint, Taints
from .values import Choice, Const, DictV, Item, ListV, Obj, Opaque, Text, Value
from .walking import walk


def condition_taints(run: Run, frame: Frame, test: Value) -> Taints:
    """What a condition varies with: not the order of what it looks into, nor what an object holds that is there."""
    held = taints_in(test, 2) if not _is_object(test) else NONE
    if _is_container(test):
        held = frozenset(t for t in held if t.cause is not Cause.STATE or t.flag == "asked")
    return frozenset(t for t in held if t.cause not in _NO_CONDITIONS and t.flag != "expiry")


_NO_CONDITIONS = FORM | frozenset({Cause.WINDOW, Cause.REWRITTEN, Cause.RETRIEVED, Cause.MODELS})
"""Causes that decide nothing: another model has another cache anyway."""


def _is_object(test: Value) -> bool:
    """Whether a test asks if there is an object: `self.agent.role if self.agent else "nobody"`."""
    options = test.options if isinstance(test, Choice) and not test.taints else [test]
    asked = [o for o in options if not (isinstance(o, Const) and o.value is None)]
    return bool(asked) and all(isinstance(each, Obj) for each in asked)


def _is_container(test: Value) -> bool:
    """Whether a test asks if something is empty: what has grown once isn't."""
    options = test.options if isinstance(test, Choice) else [test]
    return any(isinstance(each, ListV | DictV | Obj) for each in options)


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


def mapped_elements(run: Run, sources: Sequence[Value], loop: Loop) -> list[Value]:
    """What a function gets that is called with each element: of one collection another one in each call, as in a loop.

    Of several side by side one may hold the same thing over and over, and so may a list that the program made.
    """
    values = [element_of(source) for source in sources]
    if len(values) == 1 and isinstance(sources[0], Opaque):
        return [_varying(run, loop, values[0], what="what the function is mapped over")]
    return values


def _varying(
    run: Run, loop: Loop, value: Value, cause: Cause = Cause.VARYING, what: str = ""
) -> Value:
    what = what or ("the loop counter" if cause is Cause.COUNTER else "the loop variable")
    taint = _loop_taint(run, loop, cause, what)
    match value:
        case Opaque() if value.parent is None:
            return replace(value, taints=value.taints | {taint})
        case Text(parts=parts):
            return Text((Hole(frozenset({taint})), *parts))
        case Choice(options=options) if all(isinstance(o, Const) for o in options):
            return replace(value, taints=value.taints | {taint})  # the keys of a table
        case ListV(kind="tuple"):
            return replace(
                value,
                items=[
                    Item(_varying(run, loop, i.value, cause, what), i.many) for i in value.items
                ],
            )
        case Obj(attrs=attrs, is_symbolic=True):
            return replace(value, attrs={n: _of_one(run, loop, v) for n, v in attrs.items()})
        case _:
            return value


def _of_one(run: Run, loop: Loop, held: Value) -> Value:
    """What one of several objects holds: another value in each, unless it is an object itself."""
    return held if isinstance(held, Obj) else _varying(run, loop, held)


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
            for each, held in zip(elts, unpacked(run, frame, elts, value, target), strict=True):
                bind(run, frame, each, held)
        case ast.Starred(value=inner):
            bind(run, frame, inner, value)
        case _:
            pass


def unpacked(
    run: Run, frame: Frame, targets: list[ast.expr], value: Value, node: ast.AST
) -> list[Value]:
    """What each of several targets gets of a value; one with a star gets a list of what is left."""
    star = next((n for n, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
    if star is None:
        return [_nth(value, number, len(targets), t) for number, t in enumerate(targets)]
    behind = len(targets) - star - 1
    exact = _exact(value)
    if exact is not None and len(exact) >= len(targets) - 1:
        rest = ListV("list", [Item(v) for v in exact[star : len(exact) - behind]])
        return [*exact[:star], rest, *exact[len(exact) - behind :]]
    found: list[Value] = []
    for number in range(len(targets)):
        if number == star:
            found.append(sliced(run, frame, value, _cut(star, behind, node)))
            continue
        at = number if number < star else number - len(targets)
        index = ast.copy_location(ast.Subscript(_HERE, ast.Constant(at), ast.Load()), node)
        found.append(indexed(run, frame, value, Const(at), index))
    return found


_HERE = ast.Name("_", ast.Load())


def _cut(star: int, behind: int, node: ast.AST) -> ast.Subscript:
    """The slice that a target with a star stands for."""
    upper = f"-{behind}" if behind else ""
    made = ast.parse(f"_[{star or ''}:{upper}]", mode="eval").body
    assert isinstance(made, ast.Subscript)
    for each in walk(made):
        ast.copy_location(each, node)
    return made


def _exact(value: Value) -> list[Value] | None:
    if isinstance(value, ListV) and not any(i.many for i in value.items) and not value.persists:
        return [i.value for i in value.items]
    held = value.value if isinstance(value, Const) else None
    return [Const(each) for each in held] if isinstance(held, tuple | list) else None


def _nth(value: Value, number: int, count: int, target: ast.expr) -> Value:
    exact = _exact(value)
    if exact is not None and len(exact) == count:
        return exact[number]
    if isinstance(value, Choice):
        return join(
            o.items[number].value
            if isinstance(o, ListV) and number < len(o.items)
            else element_of(o)
            for o in value.options
        )
    if isinstance(value, Opaque) and value.item is None:
        name = target.id if isinstance(target, ast.Name) else ""
        return replace(value, label=name or value.label, shape=NONE)
    return element_of(value)
