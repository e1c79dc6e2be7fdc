"""Arithmetic, comparisons, and values of which only the chosen one is computed."""

from __future__ import annotations

from collections.abc import Callable

from ...ir.ops import Arith, Compare, Const, If, Operand, Value
from ...ir.types import BOOL
from ..syntax import nodes as s
from .writer import Writer, seal

_TRUE, _FALSE = Const(True, BOOL), Const(False, BOOL)


def arithmetic(w: Writer, expr: s.Unary | s.Binary) -> Operand:
    """An operator on one value or two."""
    sides = (expr.value,) if isinstance(expr, s.Unary) else (expr.left, expr.right)
    args = tuple(w.value(side) for side in sides)
    return w.emit(Arith(Value(w.kind(expr)), expr.op, args, span=expr.span)).result


def comparison(w: Writer, expr: s.Comparison) -> Operand:
    """A comparison; `not in` is the negation of `in`."""
    left, right = w.value(expr.left), w.value(expr.right)
    op = "in" if expr.op == "not in" else expr.op
    result = w.emit(Compare(Value(BOOL), op, left, right, span=expr.span)).result
    if expr.op == "not in":
        return w.emit(Arith(Value(BOOL), "not", (result,), span=expr.span)).result
    return result


def logic(w: Writer, expr: s.Logic) -> Operand:
    """`and` and `or`, whose right side is computed where it decides."""
    first = w.value(expr.left)
    if expr.op == "and":
        return choose(w, expr, first, lambda: w.value(expr.right), lambda: _FALSE)
    return choose(w, expr, first, lambda: _TRUE, lambda: w.value(expr.right))


def conditional(w: Writer, expr: s.Conditional) -> Operand:
    """`a if c else b`."""
    condition = w.value(expr.condition)
    return choose(w, expr, condition, lambda: w.value(expr.then), lambda: w.value(expr.orelse))


def choose(
    w: Writer,
    expr: s.Expr,
    condition: Operand,
    then: Callable[[], Operand],
    orelse: Callable[[], Operand],
) -> Operand:
    """One of two values, of which only the chosen one is computed."""
    with w.region(expr.span) as first:
        yes = seal(first, (), (then(),))
    with w.region(expr.span) as second:
        no = seal(second, (), (orelse(),))
    return w.emit(If((Value(w.kind(expr)),), condition, yes, no, span=expr.span)).results[0]
