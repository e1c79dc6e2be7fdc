"""Expressions to values of the IR: one op per step, constants stay inline."""

from __future__ import annotations

from ...ir.ops import Const, Operand
from ...ir.types import STR
from ..check.symbols import TextSymbol
from ..syntax import nodes as s
from .calls import call
from .conditions import arithmetic, comparison, conditional, logic
from .items import comprehension, field, list_of, record, slice_of, subscript
from .texts import formatted, text
from .writer import Writer


def value(w: Writer, expr: s.Expr) -> Operand:
    """The value of an expression, by its kind."""
    match expr:
        case s.Literal():
            return Const(expr.value, w.kind(expr))
        case s.Text():
            return text(w, expr)
        case s.Formatted():
            return formatted(w, expr)
        case s.Name():
            return _name(w, expr)
        case s.ListExpr():
            return list_of(w, expr)
        case s.Comprehension():
            return comprehension(w, expr)
        case s.RecordExpr():
            return record(w, expr)
        case s.Field():
            return field(w, expr)
        case s.Subscript():
            return subscript(w, expr)
        case s.Slice():
            return slice_of(w, expr)
        case s.Unary() | s.Binary():
            return arithmetic(w, expr)
        case s.Comparison():
            return comparison(w, expr)
        case s.Logic():
            return logic(w, expr)
        case s.Conditional():
            return conditional(w, expr)
        case s.Call():
            return call(w, expr)


def _name(w: Writer, expr: s.Name) -> Operand:
    found = w.frame.lookup(expr.text)
    if found is not None:
        return found
    symbol = w.facts.symbols[expr]
    assert isinstance(symbol, TextSymbol)
    return Const(symbol.value, STR)
