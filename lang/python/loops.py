"""Loops that stay loops, with what they carry, and the choice to unroll them instead."""

from __future__ import annotations

import ast
from typing import Any

from ...ir.infer import common_type, const_type, item_type
from ...ir.ops import Arith, Builtin, Const, For, Index, Operand, Value, While, Yield
from ...ir.types import ANY, BOOL, INT, ListType, Type
from .arms import over_computed_arms
from .carrying import after_loop, looped, unless_broken
from .conditions import branch_value, condition
from .constants import static
from .context import FALSE, Lowering
from .hosting import host_source, host_statements
from .jumps import own_jumps
from .pieces import names_written
from .scope import BROKEN
from .source import CannotLower
from .unrolling import is_over_arms, is_plain, rounds_of, unroll

WHILE_LIMIT = 1_000_000
"""Python's `while` has no bound; the IR's has this one."""


def for_loop(low: Lowering, node: ast.For) -> None:
    """A `for` that stays a loop, or is unrolled where only that can be lowered."""
    if node.orelse:
        raise low.refuse("SGL0502", node, "a loop with `else`")
    if over_computed_arms(low, node):
        return None
    rounds = rounds_of(low, node)
    if rounds is not None and is_over_arms(low, node):
        return unroll(low, node, rounds)
    try:
        with low.trial():
            low.region(low.scope.copy(), lambda: _loop_over(low, node))
    except CannotLower as error:
        if rounds is None or error.diagnostic.code not in ("SGL0504", "SGL0507"):
            raise
        return unroll(low, node, rounds)
    _loop_over(low, node)
    return None


def _loop_over(low: Lowering, node: ast.For) -> None:
    """A loop that stays one."""
    items, target, index_name = _items(low, node)
    has_break = any(isinstance(n, ast.Break) for n in own_jumps(node))
    low.scope.names.pop(BROKEN, None)
    if has_break:
        low.scope.names[BROKEN] = FALSE
    index = Value(INT, index_name or "i")
    kind = item_type(items.type) if isinstance(items.type, ListType) else ANY
    item = Value(kind, target.id if isinstance(target, ast.Name) else "item")

    def write() -> None:
        if index_name:
            low.scope.names[index_name] = index
        _bind_target(low, target, item, node)
        low.block(node.body)

    body = (lambda: unless_broken(low, write, node)) if has_break else write
    slots, builder, args = looped(low, node, body, index)
    results = tuple(Value(arg.type, slot.hint) for slot, arg in zip(slots, args, strict=True))
    made = For(
        results=results,
        items=items,
        inits=tuple(slot.sides[0] for slot in slots),
        body=builder.seal(index, item, *args),
    )
    low.emit(made, node)
    after_loop(low, slots, results)


def _items(low: Lowering, node: ast.For) -> tuple[Operand, ast.expr, str]:
    """The list that a loop goes over, what each item is bound to, and the name of the index."""
    over, target, index_name = node.iter, node.target, ""
    match over, target:
        case (
            ast.Call(func=ast.Name(id="enumerate"), args=[inner], keywords=[]),
            ast.Tuple(elts=[ast.Name(id=name), each]),
        ):
            over, target, index_name = inner, each, name
        case _:
            pass
    match over:
        case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]):
            bounds = tuple(low.value(arg) for arg in args)
            if all(bound.type == INT for bound in bounds):
                made = Builtin(result=Value(ListType(INT)), name="range", args=bounds)
                return low.emit(made, node).result, target, index_name
        case _:
            pass
    found = static(low, over)
    if found and isinstance(found[0], list | tuple) and all(map(is_plain, found[0])):
        kind = ListType(common_type([_kind(each) for each in found[0]]))
        return Const(list(found[0]), kind), target, index_name
    value = low.value(over)
    if isinstance(value.type, ListType):
        return value, target, index_name
    return host_source(low, "list(_value)", {"_value": value}, over), target, index_name


def _bind_target(low: Lowering, target: ast.expr, item: Value, node: ast.For) -> None:
    if isinstance(target, ast.Name):
        low.scope.names[target.id] = item
        return
    value = ast.copy_location(ast.Name("_item", ast.Load()), node)
    assign = ast.copy_location(ast.Assign([target], value), node)
    writes = names_written([assign])
    written = host_statements(low, [assign], {"_item": item}, writes)
    for number, name in enumerate(writes):
        at = Index(result=Value(ANY, name), items=written, index=Const(number, INT))
        low.scope.names[name] = low.emit(at, node).result


def while_loop(low: Lowering, node: ast.While) -> None:
    """A `while`."""
    if node.orelse:
        raise low.refuse("SGL0502", node, "a loop with `else`")
    low.scope.names[BROKEN] = FALSE
    index = Value(INT, "turn")
    slots, builder, args = looped(low, node, lambda: low.block(node.body), index)
    start = low.scope.copy()
    cond_args = tuple(Value(arg.type, arg.hint) for arg in args)
    for slot, arg in zip(slots, cond_args, strict=True):
        slot.put(start, arg)
    found: list[Operand] = []

    def test() -> None:
        broken = low.scope.names[BROKEN]
        goes_on = condition(low, node.test)
        if isinstance(broken, Value):
            not_broken = Arith(result=Value(BOOL), op="not", args=(broken,))
            stopped = low.emit(not_broken, node).result
            goes_on = branch_value(low, stopped, goes_on, FALSE, node.test, as_condition=True)
        found.append(goes_on)

    cond, _ = low.region(start, test)
    cond.emit(Yield(values=(found[0],)))
    results = tuple(Value(arg.type, slot.hint) for slot, arg in zip(slots, args, strict=True))
    made = While(
        results=results,
        inits=tuple(slot.sides[0] for slot in slots),
        cond=cond.seal(*cond_args),
        body=builder.seal(index, *args),
        limit=Const(WHILE_LIMIT, INT),
    )
    low.emit(made, node)
    after_loop(low, slots, results)


def _kind(value: Any) -> Type:
    return const_type(value)
