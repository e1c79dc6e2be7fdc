"""Operators: arithmetic and comparisons of scalars, everything else by Python on the values."""

from __future__ import annotations

import ast
import copy
from typing import cast

from ...ir.ops import Arith, ArithOp, Compare, CompareOp, Const, Operand, Value
from ...ir.types import ANY, BOOL, FLOAT, INT, NONE, STR, ListType, OptionalType, Type
from .conditions import inverted
from .constants import may_be_scalar, name_at, static
from .context import FALSE, SCALARS, TRUE, Lowering
from .hosting import host_expression
from .scope import StateRef
from .states import is_bound

_COMPARES: dict[type, CompareOp] = {
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
}  # fmt: skip
_SMALL = 2**20
_ARITHS: dict[type, ArithOp] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul"}


def bin_op(low: Lowering, node: ast.BinOp) -> Operand | None:
    """Arithmetic of scalars."""
    kind = _ARITHS.get(type(node.op))
    if kind is None or not may_be_scalar(low, node):
        return None
    left, right = low.value(node.left), low.value(node.right)
    types = {left.type, right.type}
    if types == {STR} and kind == "add":
        result = STR
    elif types == {INT} and kind != "mul" and any(map(_is_small, (left, right))):
        result = INT
    else:
        return _by_hand(low, node, left, right)
    op = Arith(result=Value(result), op=kind, args=(left, right))
    return low.emit(op, node).result


def _is_small(value: Operand) -> bool:
    """Whether it takes more than a lifetime to leave 64 bits by adding it: Python's integers have no end."""
    return isinstance(value, Const) and abs(cast("int", value.value)) < _SMALL


def _by_hand(low: Lowering, node: ast.expr, left: Operand, right: Operand) -> Operand:
    """An operation on two values that are computed already, done by Python."""
    made = copy.copy(node)
    if isinstance(made, ast.BinOp):
        made.left, made.right = name_at("_left", node), name_at("_right", node)
    elif isinstance(made, ast.Compare):
        made.left, made.comparators = name_at("_left", node), [name_at("_right", node)]
    return host_expression(low, made, {"_left": left, "_right": right})


def compare(low: Lowering, node: ast.Compare) -> Operand | None:
    """A comparison of two values."""
    (op,), (right_node,) = node.ops, node.comparators
    if isinstance(op, ast.In | ast.NotIn):
        return _contains(low, node, isinstance(op, ast.NotIn))
    if isinstance(op, ast.Is | ast.IsNot):
        return _is_none(low, node, isinstance(op, ast.IsNot))
    kind = _COMPARES.get(type(op))
    if kind is None or not may_be_scalar(low, node):
        return None
    left, right = low.value(node.left), low.value(right_node)
    if not _comparable(kind, left.type, right.type):
        return _by_hand(low, node, left, right)
    made = Compare(result=Value(BOOL), op=kind, left=left, right=right)
    return low.emit(made, node).result


def _is_none(low: Lowering, node: ast.Compare, negated: bool) -> Operand | None:
    """`x is None`, where the type of `x` says it."""
    found = static(low, node.comparators[0])
    if found != (None,) or not isinstance(node.left, ast.Name):
        return None
    value = low.value(node.left)
    if value.type == ANY or isinstance(value.type, OptionalType):
        return None
    return TRUE if (value.type == NONE) != negated else FALSE


def _contains(low: Lowering, node: ast.Compare, negated: bool) -> Operand | None:
    """`in` of a state, of a text, or of a display of constants."""
    where = node.comparators[0]
    if isinstance(where, ast.Name) and isinstance(state := low.scope.names.get(where.id), StateRef):
        return is_bound(low, node, state, negated)
    choices = static(low, where)
    if isinstance(where, ast.List | ast.Tuple | ast.Set) and choices:
        kinds = {type(each) for each in choices[0]}
        if kinds != {str}:
            return None
        left = low.value(node.left)
        right: Operand = Const(choices[0], ListType(STR))
    elif may_be_scalar(low, where):
        left = low.value(node.left)
        right = low.value(where)
    else:
        return None
    if left.type != STR or right.type not in (STR, ListType(STR)):
        return _by_hand(low, node, left, right)
    made = Compare(result=Value(BOOL), op="in", left=left, right=right)
    found: Operand = low.emit(made, node).result
    return inverted(low, found, node) if negated else found


def _comparable(kind: CompareOp, left: Type, right: Type) -> bool:
    """Whether comparing values of these types is the same in the IR as in Python."""
    sides = [t.item if isinstance(t, OptionalType) else t for t in (left, right)]
    if kind in ("eq", "ne"):
        return all(each in SCALARS or str(each) == "none" for each in sides)
    return left == right == STR or {left, right} <= {INT, FLOAT}
