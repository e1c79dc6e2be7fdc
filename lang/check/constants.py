"""Expressions whose value is known at compile time: texts, defaults of parameters, options.

Called by the checker and the lowering with a function that knows the names of texts.
"""

from __future__ import annotations

from collections.abc import Callable

from ...ir.ops import Json
from ...ir.values.operations import (
    EvalError,
    arith,
    call_builtin,
    compare,
    field_of,
    format_text,
    item_of,
)
from ..syntax import nodes as s
from .facts import Facts
from .symbols import TextSymbol


class NotConstant(Exception):
    """Raised with the part that is not known at compile time."""

    def __init__(self, expr: s.Expr) -> None:
        super().__init__(type(expr).__name__)
        self.expr = expr


Lookup = Callable[[s.Expr], "Json"]
"""The value of a name, or of a field of a module. Raises NotConstant."""


def unknown(expr: s.Expr) -> Json:
    """A lookup that knows no names."""
    raise NotConstant(expr)


def evaluate(expr: s.Expr, lookup: Lookup = unknown) -> Json:
    """The value of a constant expression. Raises NotConstant, EvalError."""
    match expr:
        case s.Literal(value):
            return value
        case s.Text(parts):
            return format_text([p if isinstance(p, str) else evaluate(p, lookup) for p in parts])
        case s.Formatted(value, spec):
            return call_builtin("format_number", [evaluate(value, lookup), spec.text])
        case s.ListExpr(items):
            return [evaluate(item, lookup) for item in items]
        case s.RecordExpr(entries):
            return {name.text: evaluate(value, lookup) for name, value in entries}
        case s.Unary(op, value):
            return arith(op, [evaluate(value, lookup)])
        case s.Binary(op, left, right):
            return arith(op, [evaluate(left, lookup), evaluate(right, lookup)])
        case s.Comparison(op, left, right) if op != "not in":
            return compare(op, evaluate(left, lookup), evaluate(right, lookup))
        case s.Subscript(items, index):
            return item_of(evaluate(items, lookup), evaluate(index, lookup))  # pyright: ignore[reportReturnType]
        case s.Name():
            return lookup(expr)
        case s.Field(value, name):
            try:
                return lookup(expr)
            except NotConstant:
                return field_of(evaluate(value, lookup), name.text)
        case _:
            raise NotConstant(expr)


def known_value(expr: s.Expr, facts: Facts) -> Json:
    """The value of an expression that was checked, if it is known at compile time, else None."""

    def lookup(node: s.Expr) -> Json:
        symbol = facts.symbols.get(node)
        if isinstance(symbol, TextSymbol):
            return symbol.value
        raise NotConstant(node)

    try:
        return evaluate(expr, lookup)
    except (NotConstant, EvalError):
        return None
