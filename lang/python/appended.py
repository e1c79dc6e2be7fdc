"""What is appended: the parts of an expression of the surface's functions, texts and values."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from typing import Any, cast

from ...ir.ops import Operand, Role
from ...ir.sampling import SAMPLING_FIELDS
from ...ir.types import STR, ListType
from . import surface
from .conditions import condition
from .constants import arguments, constant_text, static
from .context import Lowering
from .hosting import host_source
from .parts import BranchPart, CallPart, EdgePart, ImagePart, Part, TextPart, ValuePart
from .scope import Pending
from .surface import ALIASES, GenMark, SelectMark
from .texts import text_of

_ROLES: Mapping[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}
_TYPED_DTYPES = {"gen_int": int, "gen_string": str}
_DYNAMIC_CONSTRAINTS = {"regex": "regex", "json_schema": "json", "ebnf": "grammar"}


def parts(low: Lowering, node: ast.expr) -> list[Part]:
    """What an appended expression consists of, its values computed."""
    match node:
        case ast.Constant(value=str() as text):
            return [TextPart(text, node)]
        case ast.JoinedStr(values=values):
            return [part for value in values for part in _joined_parts(low, value)]
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return [*parts(low, left), *parts(low, right)]
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [part for item in items for part in parts(low, item)]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return [BranchPart(condition(low, test), body, orelse, node)]
        case ast.Name(id=name) if isinstance(found := low.scope.names.get(name), Pending):
            return cast("list[Part]", list(found.parts))
        case ast.Call() if (kind := primitive(low, node)) is not None:
            return _primitive_parts(low, kind, node)
        case _:
            return _value_parts(low, node)


def _joined_parts(low: Lowering, value: ast.expr) -> list[Part]:
    text = text_of(low, value)
    if isinstance(value, ast.Constant):
        return [TextPart(str(value.value), value)]
    return [ValuePart(text, cast("ast.FormattedValue", value).value)]


def _value_parts(low: Lowering, node: ast.expr) -> list[Part]:
    found = static(low, node)
    if found is not None and isinstance(found[0], str):
        is_ours = isinstance(node, ast.Name) and node.id in low.scope.names
        return [TextPart(found[0], node, plain=not is_ours)]
    return [ValuePart(low.value(node), node)]


def primitive(low: Lowering, node: ast.expr) -> str | None:
    """The name of the surface's function that a call calls, if it does."""
    if not isinstance(node, ast.Call):
        return None
    found = static(low, node.func)
    try:
        return surface.PRIMITIVES.get(found[0]) if found else None
    except TypeError:
        return None


def _primitive_parts(low: Lowering, kind: str, node: ast.Call) -> list[Part]:
    base, _, edge = kind.partition("_")
    if base in _ROLES:
        if edge in ("begin", "end"):
            return [EdgePart(_ROLES[base], "begin" if edge == "begin" else "end", node)]
        return turn_parts(low, _ROLES[base], arguments(low, node, ("expr",)).get("expr"), node)
    if kind == "image":
        given = arguments(low, node, ("expr",))
        return [ImagePart(low.value(given["expr"]), node)]
    return [_call_part(low, kind, node)]


def turn_parts(low: Lowering, role: Role, content: ast.expr | None, node: ast.expr) -> list[Part]:
    """A whole turn around what stands in it."""
    is_empty = content is None or static(low, content) == (None,)
    inner = [] if is_empty else parts(low, cast("ast.expr", content))
    return [EdgePart(role, "begin", node), *inner, EdgePart(role, "end", node)]


def _call_part(low: Lowering, kind: str, node: ast.Call) -> CallPart:
    """A `gen` or `select`: constant arguments make the mark, others are computed."""
    function: Callable[..., Any] = getattr(surface, kind)
    names = tuple(inspect.signature(function).parameters)
    fixed: dict[str, Any] = {}
    dynamic: list[tuple[str, Operand]] = []
    choices: Operand | None = None
    for name, value in arguments(low, node, names).items():
        found = static(low, value)
        if name == "name" and found is None:
            fixed["name"] = constant_text(low, value)
        elif found is not None:
            fixed[name] = found[0]
        elif name == "choices":
            choices = _as_choices(low, value)
            fixed[name] = [""]
        else:
            dynamic.append((_dynamic_name(low, name, value), low.value(value)))
    mark = _mark(low, kind, fixed, node)
    return CallPart(mark, tuple(dynamic), choices, node)


def _mark(
    low: Lowering, kind: str, fixed: Mapping[str, Any], node: ast.Call
) -> GenMark | SelectMark:
    try:
        if kind == "select":
            return surface.select(**fixed)
        dtype = {"dtype": _TYPED_DTYPES[kind]} if kind in _TYPED_DTYPES else {}
        return surface.mark_of({**fixed, **dtype})
    except (TypeError, ValueError) as error:
        raise low.refuse("SGL0509", node, str(error)) from None


def _as_choices(low: Lowering, node: ast.expr) -> Operand:
    value = low.value(node)
    if value.type == ListType(STR):
        return value
    return host_source(low, "list(_value)", {"_value": value}, node, ListType(STR), "choices")


def _dynamic_name(low: Lowering, name: str, node: ast.expr) -> str:
    name = _DYNAMIC_CONSTRAINTS.get(name, ALIASES.get(name, name))
    if name in SAMPLING_FIELDS or name in _DYNAMIC_CONSTRAINTS.values():
        return name
    raise low.refuse("SGL0504", node, f"`{name}` must be known when the program is compiled")
