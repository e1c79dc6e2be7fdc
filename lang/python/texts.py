"""Texts: f-strings, `str`, `len`, and the methods of texts that are functions of the language."""

from __future__ import annotations

import ast
import copy
from typing import cast

from ...ir.ops import Builtin, Const, Format, Operand, Value
from ...ir.types import BOOL, INT, STR
from .constants import may_be_scalar, name_at, static
from .context import SCALARS, Lowering
from .hosting import host_expression, host_source
from .opaque import opaque
from .scope import ArmsRef, ForksRef

_METHODS = {
    "strip": (0, 1), "lower": (0, 0), "upper": (0, 0), "startswith": (1, 1), "endswith": (1, 1),
    "replace": (2, 2),
}  # fmt: skip
"""Methods of texts that are functions of the language, with how many arguments."""


def joined(low: Lowering, node: ast.JoinedStr) -> Operand:
    """An f-string."""
    parts = [text_of(low, part) for part in node.values]
    if len(parts) == 1:
        return parts[0]
    return low.emit(Format(result=Value(STR), parts=tuple(parts)), node).result


def text_of(low: Lowering, part: ast.expr) -> Operand:
    """A part of an f-string as a text."""
    if isinstance(part, ast.Constant):
        return Const(str(part.value), STR)
    assert isinstance(part, ast.FormattedValue)
    if part.conversion in (-1, 115) and part.format_spec is None:
        how = "!s" if part.conversion == 115 else ""
        return as_text(low, low.value(part.value), part.value, f"f'{{_value{how}}}'")
    whole = ast.copy_location(ast.JoinedStr([part]), part)
    return opaque(low, whole, STR)


def as_text(
    low: Lowering, value: Operand, node: ast.expr, otherwise: str = "str(_value)"
) -> Operand:
    """What `str` gives for a scalar; `otherwise` says what Python does with anything else."""
    if value.type == STR:
        return value
    if isinstance(value, Const):
        return Const(str(value.value), STR)
    if value.type in SCALARS:
        op = Builtin(result=Value(STR), name="python_str", args=(value,))
        return low.emit(op, node).result
    return host_source(low, otherwise, {"_value": value}, node, STR, "text")


def method(
    low: Lowering, owner: ast.expr, attr: str, args: list[ast.expr], node: ast.Call
) -> Operand | None:
    """A method of a text."""
    least, most = _METHODS[attr]
    if not least <= len(args) <= most or not may_be_scalar(low, node):
        return None
    if static(low, owner) is not None and not isinstance(owner, ast.Constant):
        return None
    found = [low.value(each) for each in (owner, *args)]
    if any(each.type != STR for each in found):
        names = [f"_arg{i}" for i in range(len(found))]
        made = copy.copy(node)
        first, *rest = [name_at(name, node) for name in names]
        made.func = ast.copy_location(ast.Attribute(first, attr, ast.Load()), node)
        made.args = cast("list[ast.expr]", rest)
        return host_expression(low, made, dict(zip(names, found, strict=True)))
    kind = BOOL if attr.endswith("with") else STR
    op = Builtin(result=Value(kind, attr), name=attr, args=tuple(found))
    return low.emit(op, node).result


def len_or_str(low: Lowering, name: str, only: ast.expr, node: ast.Call) -> Operand | None:
    """`len(x)`, `str(x)`."""
    meaning = low.scope.names.get(only.id) if isinstance(only, ast.Name) else None
    if name == "len" and isinstance(meaning, ArmsRef):
        return meaning.count
    if name == "len" and isinstance(meaning, ForksRef):
        return Const(len(meaning.arms), INT)
    if not may_be_scalar(low, only):
        return None
    value = low.value(only)
    if name == "str":
        return as_text(low, value, node)
    if value.type == STR:
        return low.emit(Builtin(result=Value(INT), name="len", args=(value,)), node).result
    return host_source(low, "len(_value)", {"_value": value}, node, INT, "length")
