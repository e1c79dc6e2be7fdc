"""The forms of expressions, each with the function that gives its type.

`form_type` is what an `Inference` goes back to for the parts of an expression.
"""

from __future__ import annotations

from ....ir.types import BOOL, FLOAT, INT, NONE, STR, OptionalType, Type, UnionType
from ...syntax import nodes as s
from .calls import call_type
from .containers import comprehension_type, list_type, record_type, slice_type, subscript_type
from .fields import field_type
from .formats import formatted_type
from .inference import Inference
from .mismatches import check_appendable
from .operators import binary_type, comparison_type, conditional_type, logic_type, unary_type


def form_type(asked: Inference, expr: s.Expr, expected: Type | None) -> Type:
    """The type of an expression by its form; a mistake in it is reported once."""
    match expr:
        case s.Literal(value):
            return _literal_type(value, expected)
        case s.Text():
            return _text_type(asked, expr)
        case s.Formatted():
            return formatted_type(asked, expr)
        case s.Name():
            return asked.names.type_of(expr)
        case s.ListExpr():
            return list_type(asked, expr, expected)
        case s.Comprehension():
            return comprehension_type(asked, expr)
        case s.RecordExpr():
            return record_type(asked, expr, expected)
        case s.Field():
            return field_type(asked, expr)
        case s.Subscript():
            return subscript_type(asked, expr)
        case s.Slice():
            return slice_type(asked, expr)
        case s.Unary():
            return unary_type(asked, expr)
        case s.Binary():
            return binary_type(asked, expr, expected)
        case s.Comparison():
            return comparison_type(asked, expr)
        case s.Logic():
            return logic_type(asked, expr)
        case s.Conditional():
            return conditional_type(asked, expr, expected)
        case s.Call():
            return call_type(asked, expr)


def _text_type(asked: Inference, expr: s.Text) -> Type:
    for part in expr.parts:
        if not isinstance(part, str):
            check_appendable(asked.reporter, part, asked.infer(part), "interpolated")
    return STR


def _literal_type(value: object, expected: Type | None) -> Type:
    wanted = expected.item if isinstance(expected, OptionalType) else expected
    if isinstance(wanted, UnionType) and value in wanted.literals:
        return UnionType((value,))  # pyright: ignore[reportArgumentType]
    if value is None:
        return NONE
    if isinstance(value, bool):
        return BOOL
    return INT if isinstance(value, int) else FLOAT if isinstance(value, float) else STR
