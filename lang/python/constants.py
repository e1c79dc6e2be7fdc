"""What is known of an expression whatever happens at run time: constants, names from outside, arguments."""

from __future__ import annotations

import ast
import builtins
from typing import Any, cast

from ...ir.ops import Const
from ...ir.types import BOOL, FLOAT, INT, STR, Type
from ...ir.values.limits import Json
from .context import NOTHING, Lowering


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
    if any(isinstance(arg, ast.Starred) for arg in node.args) or any(
        keyword.arg is None for keyword in node.keywords
    ):
        raise low.refuse("SGL0509", node, "arguments that are unpacked at run time")
    if len(node.args) > len(names):
        raise low.refuse("SGL0509", node, f"more than {len(names)} arguments")
    given = dict(zip(names, node.args, strict=False))
    for keyword in node.keywords:
        if keyword.arg not in names:
            raise low.refuse("SGL0509", keyword.value, f"no parameter `{keyword.arg}`")
        given[cast("str", keyword.arg)] = keyword.value
    return given


def _outer(low: Lowering, node: ast.Name | ast.Attribute) -> tuple[Any] | None:
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
    return low.outside.read(low.frame.source, owner.id, tuple(attributes))


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
            return (meaning.value,) if isinstance(meaning, Const) else None
        case ast.Name() | ast.Attribute():
            return _outer(low, node)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return (-value,)
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


def name_at(name: str, node: ast.AST) -> ast.Name:
    """A name of ours, which stands where `node` does."""
    return ast.copy_location(ast.Name(name, ast.Load()), node)
