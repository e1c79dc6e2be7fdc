"""Loops whose rounds are known: over arms and over constants, each round as statements of its own."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, cast

from ...ir.ops import Const, Value
from ...ir.types import INT
from .constants import const, is_builtin, static
from .context import FALSE, Lowering
from .helpers import meaning_of
from .jumps import own_jumps
from .leaving import one_round, otherwise, own_flags
from .merging import join_branches
from .quiet import is_quiet
from .scope import BROKEN, MOST_ARMS, ForksRef, StateRef


def is_over_arms(low: Lowering, node: ast.For) -> bool:
    """Whether a loop goes over the arms of a fork, alone or beside other things."""
    return bool(_arms_of(low, node))


def _arms_of(low: Lowering, node: ast.For) -> frozenset[int]:
    """The arms of the forks that a loop goes over."""
    names = {inner.id for inner in ast.walk(node.iter) if isinstance(inner, ast.Name)}
    forks = [low.scope.names.get(name) for name in names]
    return frozenset(arm for each in forks if isinstance(each, ForksRef) for arm in each.arms)


def rounds_of(low: Lowering, node: ast.For) -> list[dict[str, Any]] | None:
    """What the loop's names stand for in each round, if that is known; at most 64 rounds."""
    items = _static_items(low, node.iter)
    if items is None or len(items) > MOST_ARMS:
        return None
    rounds = [_bound_by(low, node.target, item) for item in items]
    return None if None in rounds else cast("list[dict[str, Any]]", rounds)


def _static_items(low: Lowering, node: ast.expr) -> list[Any] | None:
    """The items of an iterable, as meanings, lists of them, or nodes to be lowered."""
    match node:
        case ast.Name(id=name) if isinstance(forks := low.scope.names.get(name), ForksRef):
            return [StateRef(arm) for arm in forks.arms]
        case ast.Call(func=function, args=args, keywords=[]) if is_builtin(low, function, "range"):
            found = [_static_int(low, arg) for arg in args]
            if any(each is None for each in found):
                return None
            return [Const(number, INT) for number in range(*cast("list[int]", found))][:65]
        case ast.Call(func=function, args=[inner], keywords=[]) if is_builtin(
            low, function, "enumerate"
        ):
            items = _static_items(low, inner)
            return items and [[Const(n, INT), item] for n, item in enumerate(items)]
        case ast.Call(func=function, args=args, keywords=[]) if is_builtin(low, function, "zip"):
            columns = [_static_items(low, arg) for arg in args]
            if any(column is None for column in columns):
                return None
            return [list(row) for row in zip(*cast("list[Any]", columns), strict=False)]
        case ast.List(elts=items) | ast.Tuple(elts=items) if is_quiet(low, items):
            return [_row(low, item) for item in items]
        case _:
            found = static(low, node)
            if found is None or not isinstance(found[0], list | tuple):
                return None
            consts = [const(low, each) if is_plain(each) else None for each in found[0]]
            return None if None in consts else consts


def _row(low: Lowering, node: ast.expr) -> Any:
    """An element of a display; a tuple of them element by element."""
    return [_row(low, n) for n in node.elts] if isinstance(node, ast.Tuple) else node


def _static_int(low: Lowering, node: ast.expr) -> int | None:
    match node:
        case ast.Call(func=function, args=[ast.Name(id=name)]) if is_builtin(low, function, "len"):
            forks = low.scope.names.get(name)
            if isinstance(forks, ForksRef):
                return len(forks.arms)
        case _:
            pass
    found = static(low, node)
    return found[0] if found and type(found[0]) is int else None


def _bound_by(low: Lowering, target: ast.expr, item: Any) -> dict[str, Any] | None:
    """The names that a target binds to an item."""
    if isinstance(target, ast.Name):
        return None if isinstance(item, list) else {target.id: item}
    if not isinstance(target, ast.Tuple | ast.List) or not isinstance(item, list):
        return None
    if len(target.elts) != len(item):
        return None
    found: dict[str, Any] = {}
    for inner, each in zip(target.elts, item, strict=True):
        part = _bound_by(low, inner, each)
        if part is None:
            return None
        found |= part
    return found


def unroll(low: Lowering, node: ast.For, rounds: list[dict[str, Any]]) -> None:
    """Each round as statements of its own, those after a `break` unless it happened; its calls have it as an index."""
    jumps = own_jumps(node)
    outer_flag = own_flags(low, bool(jumps))
    low.frame.loops += bool(jumps)
    try:
        with low.blocks.over_arms(_arms_of(low, node)) as begin_round:
            for number, names in enumerate(rounds):
                begin_round(number)
                _unless_left(low, node, lambda names=names: _round(low, node, names))
    finally:
        low.frame.loops -= bool(jumps)
    otherwise(low, node, outer_flag)


def _unless_left(low: Lowering, node: ast.For, write: Callable[[], None]) -> None:
    """A round, unless one before it has left the loop."""
    broken = low.scope.names.get(BROKEN, FALSE)
    if not isinstance(broken, Value):
        if broken == FALSE:
            write()
        return
    sides = [low.region(low.scope.copy(), lambda: None), low.region(low.scope.copy(), write)]
    join_branches(low, broken, [side[0] for side in sides], [side[1] for side in sides], node)


def _round(low: Lowering, node: ast.For, names: dict[str, Any]) -> None:
    for name, meaning in names.items():
        is_node = isinstance(meaning, ast.expr)
        low.scope.bind(name, meaning_of(low, meaning) if is_node else meaning)
    one_round(low, node)


def is_plain(value: Any) -> bool:
    """Whether a value from outside may stand as a constant."""
    return value is None or type(value) in (str, int, float, bool)
