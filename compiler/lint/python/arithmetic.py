"""Operators: text and lists are joined in order, sets lose theirs, a clock stays one whatever is taken off it."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from ..finding import Cause
from .building import merge, rewrite_taint, splice
from .calling import Calling
from .clocks import scaled, whole
from .elements import element_of
from .filling import percent
from .frames import Frame
from .holding import join, shape_of, taints_in, union
from .machine import Run
from .message_templates import offer
from .paths import path_of
from .places import place_of, shown
from .taints import Taint
from .texts import literal, parts_of, put_behind, text
from .values import Choice, Const, DictV, Item, ListV, Opaque, PromptV, StateV, Text, Value

_MOST = 1 << 17
_MOST_POWER = 30


def operated(run: Run, frame: Frame, left: Value, right: Value, node: ast.BinOp) -> Value:
    """`left op right`."""
    match node.op:
        case ast.BitOr() if isinstance(left, PromptV) or isinstance(right, PromptV):
            if isinstance(left, DictV):
                written = ast.copy_location(ast.Call(node.left, [], []), node)
                offer(Calling(run, frame, "|", [left], {}, written))
            return _chained(left, right)
        case ast.Add():
            return added(run, frame, left, right, node)
        case ast.Mod() if isinstance(left, Text) or literal(left) is not None:
            return percent(left, right, place_of(frame.module, node))
        case ast.Mult():
            return _multiplied(left, right, node)
        case ast.Sub() if (step := _rest_of(node)) is not None:
            return _divided(left, step)
        case ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor():
            return _of_sets(run, frame, left, right, node)
        case ast.FloorDiv() if (by := _times(right)) is not None:
            return _divided(left, by)
        case ast.Div() if (by := _times(right)) is not None and taints_in(left):
            return Opaque(scaled(taints_in(left), by))
        case _:
            return _number(left, right, node)


def _chained(left: Value, right: Value) -> Value:
    """`template | model`: the template; what cuts the history between them is part of it."""
    prompt, other = (left, right) if isinstance(left, PromptV) else (right, left)
    cut = frozenset(t for t in taints_in(other, 3) if t.cause is Cause.WINDOW)
    if not cut or not isinstance(prompt, PromptV):
        return prompt
    messages = replace(prompt.messages, shape=prompt.messages.shape | cut)
    return replace(prompt, messages=messages)


def added(run: Run, frame: Frame, left: Value, right: Value, node: ast.AST) -> Value:
    """`left + right`: text, lists, or numbers."""
    if isinstance(left, Choice) and not isinstance(right, Choice) and len(left.options) <= 4:
        return join([added(run, frame, o, right, node) for o in left.options], left.taints)
    if _is_text(left) or _is_text(right):
        place = place_of(frame.module, node)
        parts = [*parts_of(left, place)]
        put_behind(parts, parts_of(right, place), place)
        return text(parts)
    if isinstance(left, ListV) or isinstance(right, ListV):
        made = ListV("list", loops=run.loop_numbers())
        splice(made, left)
        splice(made, right)
        return made
    if isinstance(left, Opaque) and isinstance(right, Opaque) and (left.shape or right.shape):
        made = ListV("list", loops=run.loop_numbers())
        splice(made, left)
        splice(made, right)
        return made
    return _number(left, right, node)


def _is_text(value: Value) -> bool:
    if isinstance(value, Choice):
        return any(_is_text(option) for option in value.options)
    return isinstance(value, Text) or literal(value) is not None


def _multiplied(left: Value, right: Value, node: ast.BinOp) -> Value:
    for one, other in ((left, right), (right, left)):
        times = other.value if isinstance(other, Const) else None
        held = one.value if isinstance(one, Const) else None
        if isinstance(times, int) and isinstance(held, str | list | tuple):
            if len(held) * max(times, 0) <= _MOST:
                return Const(held * times, one.place if isinstance(one, Const) else None)
            return Const(held[:_MOST])
        if isinstance(times, int | float) and times and isinstance(one, Opaque) and one.taints:
            return Opaque(scaled(one.taints | one.shape, 1 / times))
        if isinstance(times, int) and isinstance(one, Text):
            return Text(one.parts * min(max(times, 1), 3))
        if isinstance(times, int) and isinstance(one, ListV):
            each = one.items * min(max(times, 1), 8)
            return replace(one, items=[replace(item) for item in each])
        if isinstance(other, Opaque) and isinstance(one, ListV):
            return replace(one, items=[_repeated(item) for item in one.items])
    return _number(left, right, node)


def _repeated(item: Item) -> Item:
    """An item of a list that is repeated: one that is known comes again as it is."""
    return replace(item, many=True, is_same=item.is_same or not item.many)


def _of_sets(run: Run, frame: Frame, left: Value, right: Value, node: ast.BinOp) -> Value:
    """`|`, `&`, `-`, `^`: of sets (keys of dictionaries are sets here), of dictionaries, of numbers."""
    if isinstance(node.op, ast.BitOr) and (isinstance(left, DictV) or isinstance(right, DictV)):
        made = DictV(loops=run.loop_numbers())
        merge(made, left)
        merge(made, right)
        if isinstance(left, Opaque) and isinstance(right, DictV) and "content" in right.fields:
            if left.parent is not None:
                made.rewrites = rewrite_taint(run, frame, left, right.fields["content"], node)
        return made
    cut = frozenset(t for v in (left, right) for t in shape_of(v) if t.cause is Cause.WINDOW)
    if isinstance(node.op, ast.BitOr) and cut and isinstance(right, Opaque):
        return replace(right, shape=right.shape | cut)  # what cuts the history is part of the chain
    if any(_is_set(v) for v in (left, right)):
        place = place_of(frame.module, node)
        taint = Taint(Cause.UNORDERED, 7, place, f"the set {shown(node)}", loops=run.loop_numbers())
        made_l = ListV("set", loops=run.loop_numbers(), shape=frozenset({taint}))
        held = union(taints_in(element_of(v), 2) for v in (left, right))
        made_l.add(Opaque(held), many=True)
        return made_l
    return _number(left, right, node)


def _is_set(value: Value) -> bool:
    if isinstance(value, Choice):
        return any(_is_set(option) for option in value.options)
    return isinstance(value, ListV) and value.kind in ("set", "keys")


def _times(value: Value) -> float | None:
    """A number that something is divided by."""
    held = value.value if isinstance(value, Const) else None
    is_number = isinstance(held, int | float) and not isinstance(held, bool)
    return float(held) if is_number and held else None  # type: ignore[arg-type]


def _rest_of(node: ast.BinOp) -> float | None:
    """The step of `x - x % step`."""
    match node.right:
        case ast.BinOp(op=ast.Mod(), left=same, right=ast.Constant(value=int() | float() as step)):
            is_same = ast.dump(same) == ast.dump(node.left)
            return float(step) if is_same and step else None
        case _:
            return None


def _divided(left: Value, by: float) -> Value:
    """A whole part: of a length it moves in strides, of a clock in days."""
    taints = frozenset(
        replace(t, flag="stride") if t.flag == "length" and by > 1 else t for t in taints_in(left)
    )
    return Opaque(whole(scaled(taints, by)))


def _number(left: Value, right: Value, node: ast.AST | None) -> Value:
    if isinstance(left, StateV):
        return left
    if isinstance(left, Const) and isinstance(right, Const):
        found = _computed(left.value, right.value, getattr(node, "op", None))
        if found is not None:
            return Const(found, left.place)
    is_path = isinstance(getattr(node, "op", None), ast.Div)
    if (
        is_path
        and isinstance(left, Opaque)
        and (literal(right) or isinstance(right, Text | Opaque))
    ):
        return path_of([left, right])
    return Opaque(taints_in(left) | taints_in(right))


def _computed(left: Any, right: Any, op: ast.operator | None) -> object:
    if not all(isinstance(v, int | float) and abs(v) < 1e12 for v in (left, right)):
        return None
    try:
        match op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.FloorDiv():
                return left // right
            case ast.Mod():
                return left % right
            case ast.Pow() if 0 <= right <= _MOST_POWER:
                return left**right
            case _:
                return None
    except (ZeroDivisionError, OverflowError):
        return None
