"""What is appended: the parts of an expression of the surface's functions, texts and values."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any, cast

from ...ir.ops import Const, Operand, Role, Value
from ...ir.sampling import SAMPLING_FIELDS, Sampling
from ...ir.types import ANY, NONE, STR, ListType, OptionalType
from . import surface
from .conditions import condition
from .constants import arguments, constant_text, has_walrus, static
from .context import Lowering
from .handed import functions_named
from .hosting import host_call, host_source
from .marks import CALLS_DEEP, function_may
from .parts import MARKUP, BranchPart, CallPart, EdgePart, ImagePart, Part, TextPart, ValuePart
from .quiet import is_fresh_value, is_quiet, is_text
from .scope import Pending
from .surface import ALIASES, GenMark, SelectMark
from .texts import text_of
from .thinking import ANSWERS, parted, separated

ROLES: Mapping[str, Role] = {
    "system": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
}
_TYPED_DTYPES = {"gen_int": int, "gen_string": str}
_DYNAMIC_CONSTRAINTS = {"regex": "regex", "json_schema": "json", "ebnf": "grammar"}


def parts(low: Lowering, node: ast.expr) -> list[Part]:
    """What an appended expression consists of, its values computed."""
    match node:
        case ast.Constant(value=str() as text):
            return [TextPart(text, node)]
        case ast.JoinedStr(values=values):
            found = [part for value in values for part in _joined_parts(low, value)]
            return _computed(found) if len(found) > 1 else found
        case ast.BinOp(op=ast.Add()):
            return _sum(low, node)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [part for item in items for part in parts(low, item)]
        case ast.IfExp(test=test, body=body, orelse=orelse) if not has_walrus(node):
            if not is_quiet(low, (body, orelse)):
                return [ValuePart(low.value(node), node)]
            return [BranchPart(condition(low, test), body, orelse, node)]
        case ast.Name(id=name) if isinstance(found := low.scope.names.get(name), Pending):
            return cast("list[Part]", list(found.parts))
        case ast.Call() if (kind := primitive(low, node)) is not None:
            return _primitive_parts(low, kind, node)
        case ast.Call() if maker(low, node) is not None:
            return _made_parts(low, node)
        case _:
            return _value_parts(low, node)


def _sum(low: Lowering, node: ast.BinOp) -> list[Part]:
    """Operands of `+`: texts are one text until the first of our calls, and then each stands alone.

    What may be more than a text, as a class of texts with a `+` of its own, Python adds.
    """
    operands: list[ast.expr] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        operands.insert(0, left.right)
        left = left.left
    operands.insert(0, left)
    texts = list(itertools.takewhile(lambda each: not _has_call(low, each), operands))
    head = _texts(low, texts)
    rest = [part for each in operands[len(texts) :] for part in parts(low, each)]
    return [*(_computed(head) if len(texts) > 1 else head), *rest]


def _texts(low: Lowering, operands: list[ast.expr]) -> list[Part]:
    """Operands of which each is a text, one by one; others as their sum."""
    if len(operands) < 2 or all(is_text(low, each) for each in operands):
        return [part for each in operands for part in parts(low, each)]
    if not is_quiet(low, operands[2:]):  # a sum that fails keeps what stands behind it from running
        added = functools.reduce(_added, operands)
        return [ValuePart(low.value(added), added)]
    values = [low.value(each) for each in operands]
    if all(value.type == STR for value in values):
        return [_as_part(v, each) for v, each in zip(values, operands, strict=True)]
    given = {f"_{number}": value for number, value in enumerate(values)}
    return [ValuePart(host_source(low, " + ".join(given), given, operands[0]), operands[0])]


def _as_part(value: Operand, node: ast.expr) -> Part:
    return TextPart(value.value, node) if isinstance(value, Const) else ValuePart(value, node)  # type: ignore[arg-type]


def _added(left: ast.expr, right: ast.expr) -> ast.expr:
    """Their sum, which stands where the right one does."""
    return ast.copy_location(ast.BinOp(left, ast.Add(), right), right)


def _has_call(low: Lowering, node: ast.expr) -> bool:
    """Whether an operand is more than a text."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(low.scope.names.get(inner.id), Pending):
            return True
        if isinstance(inner, ast.Call) and (primitive(low, inner) or maker(low, inner)):
            return True
    return False


def _computed(found: list[Part]) -> list[Part]:
    """Parts of a text that is computed: as a whole it is no literal of the source, so nothing in it is markup."""
    return [
        replace(part, plain=True)
        if isinstance(part, TextPart) and not MARKUP.isdisjoint(part.text)
        else part
        for part in found
    ]


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


def maker(low: Lowering, node: ast.Call) -> FunctionType | None:
    """The user's function that a call calls, if it makes what our functions make."""
    found = static(low, node.func)
    if found is None or not isinstance(found[0], FunctionType) or found[0] in surface.PRIMITIVES:
        return None
    return found[0] if function_may(found[0], CALLS_DEEP) else None


def _made_parts(low: Lowering, node: ast.Call) -> list[Part]:
    """What a function of the user's makes: its body stands in place of the call."""
    found = low.door.meaning(low, node)
    match found:
        case Pending(parts=made):
            return cast("list[Part]", list(made))
        case Value() | Const():
            return [ValuePart(found, node)]
        case _:
            raise low.refuse("SGL0503", node, "what a function makes is not the same on all paths")


def _primitive_parts(low: Lowering, kind: str, node: ast.Call) -> list[Part]:
    base, _, edge = kind.partition("_")
    if base in ROLES:
        if edge in ("begin", "end"):
            return [EdgePart(ROLES[base], "begin" if edge == "begin" else "end", node)]
        return turn_parts(low, ROLES[base], arguments(low, node, ("expr",)).get("expr"), node)
    if kind == "image":
        given = arguments(low, node, ("expr",))
        return [ImagePart(low.value(given["expr"]), node)]
    if kind == "separate_reasoning":
        given = arguments(low, node, ("expr", "model_type"))
        return [each for part in parts(low, given["expr"]) for each in _separated(low, part)]
    return _thinking_first(low, _call_part(low, kind, node))


def _separated(low: Lowering, part: Part) -> list[Part]:
    """A call that thinks first, if it says nothing about that itself; others as they are."""
    if not isinstance(part, CallPart) or not isinstance(part.mark, GenMark):
        return [part]
    if "thinking" in part.mark.given:
        return [part]
    return _thinking_first(low, replace(part, mark=separated(part.mark)))


def _thinking_first(low: Lowering, part: CallPart) -> list[Part]:
    """A call behind the reasoning that is asked for before it, in a turn of its own."""
    if not isinstance(part.mark, GenMark) or not part.mark.thinks:
        return [part]
    try:
        thought, answer = parted(part.mark)
    except ValueError as error:
        raise low.refuse("SGL0509", part.node, str(error)) from None
    shared = (*ANSWERS, *_DYNAMIC_CONSTRAINTS.values())
    dynamic = tuple((name, value) for name, value in part.dynamic if name not in shared)
    return [
        EdgePart("thinking", "begin", part.node),
        CallPart(thought, dynamic, None, part.node, f"{part.place}.thinking"),
        EdgePart("thinking", "end", part.node),
        replace(part, mark=answer),
    ]


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
        found = static(low, value) if name != "tools" else functions_named(low, value)
        if name == "name" and found is None:
            fixed["name"] = constant_text(low, value)
        elif found is not None:
            fixed[name] = found[0]
        elif name == "choices":
            choices = _as_choices(low, value, kind)
            fixed[name] = [""]
        else:
            given = low.value(value)
            if given.type != NONE:
                dynamic.append(_dynamic(low, name, given, value))
    mark = _mark(low, kind, fixed, node)
    _check_tools(low, mark, node)
    return CallPart(mark, tuple(dynamic), choices, node, low.place(node))


def _check_tools(low: Lowering, mark: GenMark | SelectMark, node: ast.Call) -> None:
    """Refuse tools that the first turn has not handed over: they are found where the call names them itself."""
    known = {tool.name for tool in low.tools}
    if isinstance(mark, GenMark) and not known.issuperset(tool.name for tool in mark.tools):
        help = "`tools=[search]` in the call itself, or a list of the module, is known"
        raise low.refuse("SGL0504", node, "tools that are known when the program runs", help)


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


def _as_choices(low: Lowering, node: ast.expr, kind: str) -> Operand:
    """Choices that are computed: a list of texts, checked as the surface does."""
    value = low.value(node)
    if value.type == ListType(STR):
        return value
    if kind != "select" and not is_fresh_value(low, node):
        help = "`select` always has choices; `list(...)` around them says that they are not None"
        raise low.refuse("SGL0504", node, "`choices` of a gen may be None here", help)
    return host_call(low, _checked_choices, [value], node, ListType(STR))


def _checked_choices(value: Any) -> list[str]:
    return list(surface.choices_of(value))


def _dynamic(low: Lowering, name: str, value: Operand, node: ast.expr) -> tuple[str, Operand]:
    """A parameter that is computed. None means what leaving it out means."""
    name = _DYNAMIC_CONSTRAINTS.get(name, ALIASES.get(name, name))
    if name in _DYNAMIC_CONSTRAINTS.values():
        if value.type != STR:
            raise low.refuse("SGL0504", node, f"`{name}` that may be anything but a text")
        return name, value
    if name not in SAMPLING_FIELDS:
        raise low.refuse("SGL0504", node, f"`{name}` must be known when the program is compiled")
    if isinstance(value.type, OptionalType) or value.type == ANY:
        default = low.defaults.get(name, getattr(Sampling(), name))
        if name == "n" or default is None:
            help = "a parameter that is given an int, or None, can be lowered"
            raise low.refuse("SGL0504", node, f"`{name}` may be None here", help)
        given = {"_value": value}
        default = list(default) if isinstance(default, tuple) else default
        text = f"_value if _value is not None else {default!r}"
        value = host_source(low, text, given, node, ANY, name)
    return name, value
