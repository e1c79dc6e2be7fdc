"""Texts with holes to one constant or one `format` op."""

from __future__ import annotations

from ...ir.ops import Builtin, Const, Format, Operand, Value
from ...ir.types import STR
from ...ir.values.operations import text_form
from ..syntax import nodes as s
from .writer import Writer


def text(w: Writer, expr: s.Text) -> Operand:
    """The value of a text."""
    operands = pieces(w, expr.parts)
    if all(isinstance(operand, Const) for operand in operands):
        return Const("".join(text_form(o.value) for o in operands if isinstance(o, Const)), STR)
    return w.emit(Format(Value(STR), tuple(operands), span=expr.span)).result


def formatted(w: Writer, expr: s.Formatted) -> Operand:
    """A number as its format writes it."""
    args = (w.value(expr.value), Const(expr.spec.text, STR))
    return w.emit(Builtin(Value(STR), "format_number", args, span=expr.span)).result


def pieces(w: Writer, parts: tuple[str | s.Expr, ...]) -> list[Operand]:
    """The operands of a text with holes; literal neighbours are joined."""
    result: list[Operand] = []
    for part in parts:
        operand = Const(part, STR) if isinstance(part, str) else w.value(part)
        last = result[-1] if result else None
        if isinstance(operand, Const) and isinstance(last, Const):
            if isinstance(last.value, str) and isinstance(operand.value, str):
                result[-1] = Const(last.value + operand.value, STR)
                continue
        result.append(operand)
    return result
