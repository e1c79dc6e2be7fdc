"""Names in loops and tuples: what an element is bound to, and what a condition varies with."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from ..finding import Cause
from ..layout import REQUEST
from .arms import arm_in_round
from .elements import element_of
from .frames import Frame, Loop
from .holding import is_record, join, taints_in
from .indexing import indexed
from .machine import Run
from .slices import sliced
from .taints import FORM, NONE, Hole, Taint, Taints
from .values import Choice, Const, DictV, Item, ListV, Obj, Opaque, StateV, Text, Value
from .walking import walk

VARIABLE, COUNTER = "the loop variable", "the loop counter"
"""What is told of a text that is another one in each round."""


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
                    frozenset({_loop_taint(run, loop, Cause.COUNTER, COUNTER)}),
                    label="number",
                )
                rest = [_varied(run, loop, i) for i in value.items[1:]]
                return replace(value, items=[Item(first), *rest])
        case _:
            pass
    return value if is_steady(source) else _varying(run, loop, value, cause)


def is_steady(source: Value) -> bool:
    """Whether each round finds the same thing in something that is gone through: all that it has, or has repeated."""
    match source:
        case ListV(items=[only], shape=shape) if not shape and not source.persists:
            return only.is_same or not only.many
        case Const(value=tuple() | list() as held):
            return len(held) == 1
        case _:
            return False


def _varied(run: Run, loop: Loop, item: Item, cause: Cause = Cause.VARYING, what: str = "") -> Item:
    """An item of what a round gets: it varies, unless it is the same in all of them."""
    if item.is_same:
        return item
    return Item(_varying(run, loop, item.value, cause, what), item.many)


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
    what = what or (COUNTER if cause is Cause.COUNTER else VARIABLE)
    taint = _loop_taint(run, loop, cause, what)
    match value:
        case Opaque() if value.parent is None:
            return replace(value, taints=value.taints | {taint})
        case Text(parts=parts):
            return Text((Hole(frozenset({taint})), *parts))
        case Choice(options=options) if all(map(_is_written, options)):
            return replace(value, taints=value.taints | {taint})
        case StateV():
            return arm_in_round(loop, value)
        case ListV(kind="tuple"):
            return replace(value, items=[_varied(run, loop, i, cause, what) for i in value.items])
        case Obj(attrs=attrs, is_symbolic=True):
            return replace(value, attrs={n: _of_one(run, loop, v) for n, v in attrs.items()})
        case _:
            return value


def _of_one(run: Run, loop: Loop, held: Value) -> Value:
    """What one of several objects holds: another value in each, unless it is an object itself."""
    return held if isinstance(held, Obj) else _varying(run, loop, held)


def _is_written(value: Value) -> bool:
    """Whether a value is a key or a row of a table that is written in the program: of several, each is another text."""
    match value:
        case Const() | Text():
            return True
        case ListV(kind="tuple" | "list", items=items):
            return all(_is_written(i.value) for i in items)
        case DictV(fields=fields, rest=None) if "role" not in fields:
            return all(map(_is_written, fields.values()))
        case Obj(cls=cls, attrs=attrs) if is_record(cls) and not value.is_symbolic:
            return all(map(_is_written, attrs.values()))
        case _:
            return False


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
    if isinstance(value, Obj) and any(b.endswith("NamedTuple") for b in value.cls.external):
        return list(value.attrs.values())
    held = value.value if isinstance(value, Const) else None
    return [Const(each) for each in held] if isinstance(held, tuple | list) else None


def _nth(value: Value, number: int, count: int, target: ast.expr) -> Value:
    exact = _exact(value)
    if exact is not None and len(exact) == count:
        return exact[number]
    if isinstance(value, Choice):
        held = [
            o.items[number].value
            if isinstance(o, ListV) and number < len(o.items)
            else _nth(o, number, count, target)
            for o in value.options
        ]
        return join(held, value.taints)
    if isinstance(value, Opaque) and value.item is None:
        name = target.id if isinstance(target, ast.Name) else ""
        return replace(value, label=name or value.label, shape=NONE)
    return element_of(value)
