"""What is known of an expression whatever happens at run time: constants, names from outside, arguments."""

from __future__ import annotations

import ast
import builtins
from types import FunctionType
from typing import Any

from ...ir.ops import Const
from ...ir.types import BOOL, FLOAT, INT, STR, Type
from ...ir.values.limits import Json
from .context import NOTHING, Lowering
from .names import names_of
from .occurrences import occurrences
from .scope import KeywordsRef


def const(low: Lowering, value: Json) -> Const | None:
    """A constant of the IR, if the IR can hold the value."""
    kinds: dict[type, Type] = {str: STR, bool: BOOL, int: INT, float: FLOAT}
    if value is None:
        return NOTHING
    if isinstance(value, int) and abs(value) >= 2**63:
        return None
    return Const(value, kinds[type(value)]) if type(value) in kinds else None


def may_be_scalar(low: Lowering, node: ast.expr) -> bool:
    """Whether it is worth lowering the sides: a display of a list never is."""
    return not any(isinstance(n, ast.List | ast.Dict | ast.Tuple) for n in ast.walk(node))


def constant_text(low: Lowering, node: ast.expr) -> str:
    """A name that must be known when the program is compiled."""
    found = static(low, node)
    if found is None and isinstance(node, ast.JoinedStr):
        parts = [static(low, getattr(part, "value", part)) for part in node.values]
        parts = [static(low, p) if isinstance(p, ast.Constant) else f
                 for p, f in zip(node.values, parts, strict=True)]  # fmt: skip
        if all(parts):
            return "".join(str(part[0]) for part in parts if part)
    if found is None or not isinstance(found[0], str):
        help = "a loop over a constant range may have the loop's variable in a name"
        raise low.refuse("SGL0504", node, "a name that is computed at run time", help)
    return found[0]


def arguments(low: Lowering, node: ast.Call, names: tuple[str, ...]) -> dict[str, ast.expr]:
    """Arguments by the names of the parameters."""
    if any(isinstance(arg, ast.Starred) for arg in node.args):
        raise low.refuse("SGL0509", node, "arguments that are unpacked at run time")
    if len(node.args) > len(names):
        raise low.refuse("SGL0509", node, f"more than {len(names)} arguments")
    given = dict(zip(names, node.args, strict=False))
    for name, value in keywords(low, node).items():
        if name not in names:
            raise low.refuse("SGL0509", value, f"no parameter `{name}`")
        given[name] = value
    return given


def keywords(low: Lowering, node: ast.Call) -> dict[str, ast.expr]:
    """Keyword arguments, those of `**x` as well where it is known what they are."""
    given: dict[str, ast.expr] = {}
    for keyword in node.keywords:
        if keyword.arg is not None:
            given[keyword.arg] = keyword.value
        else:
            given |= _unpacked(low, keyword.value)
    return given


def _unpacked(low: Lowering, node: ast.expr) -> dict[str, ast.expr]:
    """`**x` of a helper's own `**x`, of a dictionary from outside, and of one that a name is bound to."""
    meaning = low.scope.names.get(node.id) if isinstance(node, ast.Name) else None
    if isinstance(meaning, KeywordsRef):
        return {key: name_at(meaning.name_of(key), node) for key in meaning.keys}
    found = static(low, node)
    if (
        found is None
        and isinstance(node, ast.Name)
        and occurrences(low.frame.source.node).is_only_unpacked(node.id)
    ):
        display = _bound_once(low, node.id)
        found = static(low, display) if isinstance(display, ast.Dict) else None
    if found is None or type(found[0]) is not dict or not all(isinstance(k, str) for k in found[0]):
        raise low.refuse("SGL0509", node, "arguments that are unpacked at run time")
    return {key: ast.copy_location(ast.Constant(value), node) for key, value in found[0].items()}


def outer(
    low: Lowering, node: ast.Name | ast.Attribute, with_functions: bool = False
) -> tuple[Any] | None:
    """A name from outside, or an attribute of one, if its value may be taken."""
    attributes: list[str] = []
    owner: ast.expr = node
    while isinstance(owner, ast.Attribute):
        attributes.insert(0, owner.attr)
        owner = owner.value
    if not isinstance(owner, ast.Name) or owner.id in low.scope.names:
        return None
    if owner.id in low.frame.local_names():
        return None
    return low.outside.read(low.frame.source, owner.id, tuple(attributes), with_functions)


def has_walrus(node: ast.AST) -> bool:
    """Whether evaluating an expression binds names."""
    return any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node))


def is_builtin(low: Lowering, node: ast.expr, name: str) -> bool:
    """Whether an expression is the builtin function of that name, and nothing that shadows it."""
    if not isinstance(node, ast.Name) or node.id != name:
        return False
    found = static(low, node)
    return found is not None and found[0] is getattr(builtins, name)


def static(low: Lowering, node: ast.AST) -> tuple[Any] | None:
    """The Python object that an expression is whatever happens at run time, in a 1-tuple."""
    match node:
        case ast.Constant(value=value):
            return (value,)
        case ast.Name(id=name) if name in low.scope.names:
            meaning = low.scope.names[name]
            return (meaning.value,) if isinstance(meaning, Const) else _alias(low, name)
        case ast.Name() | ast.Attribute():
            return outer(low, node)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return (-value,)
        case ast.Subscript(value=owner, slice=index, ctx=ast.Load()):
            return _element(static(low, owner), static(low, index))
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            return _summed(static(low, left), isinstance(op, ast.Sub), static(low, right))
        case ast.Call(func=ast.Name(id="len") as name, args=[only], keywords=[]):
            return _length(low, only) if is_builtin(low, name, "len") else None
        case ast.List(elts=items) | ast.Tuple(elts=items):
            found = [static(low, item) for item in items]
            return ([f[0] for f in found if f],) if all(found) else None
        case ast.Dict():
            try:
                return (ast.literal_eval(node),)
            except (ValueError, TypeError):
                return None
        case _:
            return None


def _alias(low: Lowering, name: str) -> tuple[Any] | None:
    """The function from outside that a name is bound to, once."""
    found = _bound_once(low, name)
    if not isinstance(found, ast.Name | ast.Attribute) or getattr(found, "id", "") == name:
        return None
    value = static(low, found)
    return value if value is not None and isinstance(value[0], FunctionType) else None


def _bound_once(low: Lowering, name: str) -> ast.expr | None:
    """The expression that a name is bound to, if there is only one in the function, and it has been reached."""
    if name in names_of(low.frame.source.node.args) or low.scope.flag(name) != Const(True, BOOL):
        return None
    return occurrences(low.frame.source.node).only_value(name)


def _element(owner: tuple[Any] | None, index: tuple[Any] | None) -> tuple[Any] | None:
    """An element of a list, a tuple or a dictionary that are known."""
    if owner is None or index is None or type(owner[0]) not in (list, tuple, dict):
        return None
    try:
        return (owner[0][index[0]],)
    except (LookupError, TypeError):
        return None


def _summed(left: tuple[Any] | None, minus: bool, right: tuple[Any] | None) -> tuple[Any] | None:
    """The sum of two ints that are known."""
    if left is None or right is None or type(left[0]) is not int or type(right[0]) is not int:
        return None
    return (left[0] - right[0] if minus else left[0] + right[0],)


def _length(low: Lowering, node: ast.expr) -> tuple[Any] | None:
    """The length of something that is known, or of a display that a name keeps."""
    found = static(low, node)
    if found is not None and type(found[0]) in (list, tuple, str, dict):
        return (len(found[0]),)
    display = _display(low, node.id) if isinstance(node, ast.Name) else None
    return (len(display.elts),) if display is not None else None


def _display(low: Lowering, name: str) -> ast.List | ast.Tuple | None:
    """The display that a name is bound to, once, and that nothing changes."""
    if name not in low.scope.names or not occurrences(low.frame.source.node).is_only_read(name):
        return None
    made = _bound_once(low, name)
    is_display = isinstance(made, ast.List | ast.Tuple)
    if not is_display or any(isinstance(each, ast.Starred) for each in made.elts):
        return None
    return made


def name_at(name: str, node: ast.AST) -> ast.Name:
    """A name of ours, which stands where `node` does."""
    return ast.copy_location(ast.Name(name, ast.Load()), node)
