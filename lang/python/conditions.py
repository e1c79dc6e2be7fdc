"""Conditions and choices: `not`, `and`, `or`, and one of two expressions of which the other is not evaluated."""

from __future__ import annotations

import ast
from collections.abc import Callable

from ...ir.infer import common_type
from ...ir.ops import Arith, Const, If, Operand, Value, Yield
from ...ir.types import BOOL
from .constants import has_walrus
from .context import FALSE, SCALARS, TRUE, Lowering
from .hosting import host_source
from .scope import StateRef

_Side = ast.expr | Operand | Callable[[], Operand]
"""What a branch may give: an expression, a value, or what a function lowers there."""


def condition(low: Lowering, node: ast.expr) -> Operand:
    """Whether an expression is true, as an operand that the IR can branch on."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return inverted(low, condition(low, inner), node)
        case ast.BoolOp() if not has_walrus(node):
            return _bool_op(low, node)
        case _:
            found = low.value(node)
    if found.type in SCALARS or isinstance(found, Const):
        return found
    return host_source(low, "bool(_value)", {"_value": found}, node, BOOL, "is_true")


def _truth(low: Lowering, node: ast.expr) -> Operand:
    """A condition that is a truth value, whatever is tested."""
    found = condition(low, node)
    if isinstance(found, Const):
        return TRUE if found.value else FALSE
    return found if found.type == BOOL else inverted(low, inverted(low, found, node), node)


def is_pure(low: Lowering, node: ast.expr) -> bool:
    """Whether evaluating it can neither fail nor have effects, however deep."""
    match node:
        case ast.Constant() | ast.Name():
            return True
        case ast.Compare(left=left, comparators=[right]):
            return is_pure(low, left) and is_pure(low, right)
        case ast.BoolOp(values=values):
            return all(is_pure(low, each) for each in values)
        case ast.UnaryOp(operand=inner):
            return is_pure(low, inner)
        case ast.Subscript(value=ast.Name(id=name)):
            return isinstance(low.scope.names.get(name), StateRef)
        case _:
            return False


def inverted(low: Lowering, value: Operand, node: ast.expr) -> Operand:
    """`not` of a condition."""
    if isinstance(value, Const):
        return FALSE if value.value else TRUE
    return low.emit(Arith(result=Value(BOOL), op="not", args=(value,)), node).result


def _bool_op(low: Lowering, node: ast.BoolOp) -> Operand:
    """`and`, `or` as a condition."""
    value = condition(low, node.values[0])
    for rest in node.values[1:]:
        then, orelse = (rest, FALSE) if isinstance(node.op, ast.And) else (TRUE, rest)
        value = branch_value(low, value, then, orelse, node, as_condition=True)
    return value


def bool_value(low: Lowering, node: ast.BoolOp) -> Operand | None:
    """`and`, `or` of comparisons, whose value is a truth value."""
    if not all(isinstance(each, ast.Compare | ast.BoolOp) for each in node.values):
        return None
    return _bool_op(low, node)


def choice(
    low: Lowering, test: ast.expr, body: ast.expr, orelse: ast.expr, node: ast.expr
) -> Operand:
    """`body if test else orelse`."""
    return branch_value(low, condition(low, test), body, orelse, node)


def branch_value(
    low: Lowering,
    cond: Operand,
    then: _Side,
    orelse: _Side,
    node: ast.AST,
    as_condition: bool = False,
) -> Operand:
    """The value of one of two expressions; the other one is not evaluated."""
    blocks: list[tuple[object, Operand]] = []
    for side in (then, orelse):
        found: list[Operand] = []

        def write(side: _Side = side, found: list[Operand] = found) -> None:
            if isinstance(side, Value | Const):
                found.append(side)
            elif not isinstance(side, ast.expr):
                found.append(side())
            else:
                found.append(_truth(low, side) if as_condition else low.value(side))

        builder, _ = low.region(low.scope.copy(), write)
        builder.emit(Yield(values=(found[0],)))
        blocks.append((builder.seal(), found[0]))
    kind = BOOL if as_condition else common_type([value.type for _, value in blocks])
    (first, _), (second, _) = blocks
    op = If(results=(Value(kind),), cond=cond, then=first, orelse=second)  # type: ignore[arg-type]
    return low.emit(op, node).results[0]
