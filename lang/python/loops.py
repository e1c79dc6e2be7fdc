"""Loops that stay loops: over lists that nothing changes meanwhile, and while there is something to do."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from ...ir.infer import common_type, const_type, item_type
from ...ir.ops import Arith, Builtin, Const, For, Operand, Value, While, Yield
from ...ir.types import ANY, BOOL, INT, ListType
from . import iterating
from .arms import over_computed_arms
from .carrying import after_loop, looped, unless_broken
from .conditions import branch_value, condition
from .constants import is_builtin, static
from .context import FALSE, Lowering
from .hosting import host_call, host_statement
from .jumps import own_jumps
from .leaving import one_round, otherwise, own_flags
from .quiet import is_fresh_value, is_quiet
from .scope import BROKEN
from .source import CannotLower
from .unrolling import is_over_arms, is_plain, rounds_of, unroll

WHILE_LIMIT = 1_000_000
"""Python's `while` has no bound; the IR's has this one."""


@dataclass(frozen=True)
class _Over:
    """What a loop goes through: the items, what each is bound to, and the name of the index if there is one.

    `is_list`: nobody can change the items meanwhile; otherwise Python's iterator is asked for each.
    """

    items: Operand
    target: ast.expr
    index: str
    is_list: bool


def for_loop(low: Lowering, node: ast.For) -> None:
    """A `for` that stays a loop, or is unrolled where only that can be lowered."""
    if not node.orelse and over_computed_arms(low, node):
        return None
    rounds = rounds_of(low, node)
    if rounds is None:
        return _loop_over(low, node)
    if is_over_arms(low, node):
        return unroll(low, node, rounds)
    try:
        with low.trial() as attempt:
            _loop_over(low, node)
            attempt.keep()
    except CannotLower as error:
        if error.diagnostic.code not in ("SGL0504", "SGL0507"):
            raise
        return unroll(low, node, rounds)
    return None


def while_loop(low: Lowering, node: ast.While) -> None:
    """A `while`."""
    _while(low, node, lambda: condition(low, node.test), lambda: one_round(low, node))


def _loop_over(low: Lowering, node: ast.For) -> None:
    """A loop that stays one."""
    over = _over(low, node)
    if not over.is_list:
        return _while_asked(low, node, over)
    breaks = any(isinstance(n, ast.Break | ast.Return) for n in own_jumps(node))
    outer = own_flags(low, breaks)
    index = Value(INT, over.index or "i")
    kind = item_type(over.items.type) if isinstance(over.items.type, ListType) else ANY
    target = over.target
    item = Value(kind, target.id if isinstance(target, ast.Name) else "item")

    def write() -> None:
        _bind_round(low, over, index, item, node)
        one_round(low, node)

    round_ = (lambda: unless_broken(low, write, node)) if breaks else write
    body = looped(low, node, (index, item), round_)
    results = tuple(Value(a.type, s.hint) for s, a in zip(body.slots, body.args, strict=True))
    inits = tuple(slot.sides[0] for slot in body.slots)
    low.emit(For(results=results, items=over.items, inits=inits, body=body.block), node)
    after_loop(low, body, results)
    return otherwise(low, node, outer)


def _while_asked(low: Lowering, node: ast.For, over: _Over) -> None:
    """A loop that asks an iterator."""
    iteration = host_call(low, iterating.begin, [over.items], node, ANY)

    def write(turn: Value) -> None:
        item = host_call(low, iterating.item, [iteration], node, ANY)
        _bind_round(low, over, turn, item, node)
        one_round(low, node)

    _while(low, node, lambda: host_call(low, iterating.advance, [iteration], node, BOOL), write)


def _while(
    low: Lowering,
    node: ast.For | ast.While,
    test: Callable[[], Operand],
    write: Callable[..., None],
) -> None:
    _expect_changes(low, node)
    outer = own_flags(low, True)
    turn = Value(INT, "turn")
    body = looped(low, node, (turn,), lambda: write(turn) if isinstance(node, ast.For) else write())
    start = low.scope.copy()
    cond_args = tuple(Value(arg.type, arg.hint) for arg in body.args)
    for slot, arg in zip(body.slots, cond_args, strict=True):
        slot.put(start, arg)
    found: list[Operand] = []

    def goes_on() -> None:
        broken = low.scope.names[BROKEN]
        if not isinstance(broken, Value):
            found.append(test())
            return
        not_broken = Arith(result=Value(BOOL), op="not", args=(broken,))
        whole = low.emit(not_broken, node).result
        found.append(branch_value(low, whole, test, FALSE, node, as_condition=True))

    cond, _ = low.region(start, goes_on)
    cond.emit(Yield(values=(found[0],)))
    results = tuple(Value(a.type, s.hint) for s, a in zip(body.slots, body.args, strict=True))
    made = While(
        results=results,
        inits=tuple(slot.sides[0] for slot in body.slots),
        cond=cond.seal(*cond_args),
        body=body.block,
        limit=Const(WHILE_LIMIT, INT),
    )
    low.emit(made, node)
    after_loop(low, body, results)
    otherwise(low, node, outer)


def _over(low: Lowering, node: ast.For) -> _Over:
    """What a loop goes through."""
    _expect_changes(low, node)
    over, target, index = node.iter, node.target, ""
    match over, target:
        case (
            ast.Call(func=function, args=[inner], keywords=[]),
            ast.Tuple(elts=[ast.Name(id=name), each]),
        ) if is_builtin(low, function, "enumerate"):
            over, target, index = inner, each, name
        case _:
            pass
    found = _counted(low, over, node) or _constant_items(low, over)
    if found is not None:
        return _Over(found, target, index, True)
    value = low.value(over)
    if value in low.suspects:
        raise low.refuse("SGL0507", over, "a loop over things to append that are computed")
    is_kept = isinstance(value.type, ListType) and is_quiet(low, node.body)
    return _Over(value, target, index, is_kept or is_fresh_value(low, over))


def _expect_changes(low: Lowering, node: ast.For | ast.While) -> None:
    """What the body does to others, an earlier place in it sees in the next round."""
    if not is_quiet(low, node.body):
        low.outside.is_disturbed = True


def _counted(low: Lowering, over: ast.expr, node: ast.For) -> Operand | None:
    """`range(...)` of ints."""
    match over:
        case ast.Call(func=function, args=args, keywords=[]) if is_builtin(low, function, "range"):
            if any(isinstance(arg, ast.Starred) for arg in args):
                return None
            with low.trial() as attempt:
                bounds = tuple(low.value(arg) for arg in args)
                if all(bound.type == INT for bound in bounds):
                    attempt.keep()
                    made = Builtin(result=Value(ListType(INT)), name="range", args=bounds)
                    return low.emit(made, node).result
        case _:
            pass
    return None


def _constant_items(low: Lowering, over: ast.expr) -> Const | None:
    found = static(low, over)
    if not found or not isinstance(found[0], list | tuple) or not all(map(is_plain, found[0])):
        return None
    return Const(list(found[0]), ListType(common_type([const_type(each) for each in found[0]])))


def _bind_round(low: Lowering, over: _Over, index: Value, item: Value, node: ast.For) -> None:
    if over.index:
        low.scope.bind(over.index, index)
    if isinstance(over.target, ast.Name):
        low.scope.bind(over.target.id, item)
        return
    value = ast.copy_location(ast.Name("__sglc_item__", ast.Load()), node)
    assign = ast.copy_location(ast.Assign([over.target], value), node)
    host_statement(low, assign, {"__sglc_item__": item})
