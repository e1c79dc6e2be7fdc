"""Expressions: what is certain to mean the same in the IR is lowered, the rest is a piece of Python.

Lowered are scalars and what is immutable about them. A value of any other type is handled by Python
alone, by reference and in program order, so that its identity and its changes are Python's.
"""

from __future__ import annotations

import ast

from ...ir.ops import Builtin, Const, Operand, Value
from ...ir.types import STR, ListType
from .appended import maker
from .conditions import bool_value, choice, condition, is_pure
from .constants import const, has_walrus, is_builtin, static
from .context import Lowering
from .helpers import helper, inline, takes_state
from .hosting import bound
from .opaque import lost, opaque
from .operators import bin_op, compare
from .outside import PURE_GLOBALS
from .promises import promised_call
from .scope import Lost
from .states import READS, over_arms, state_of, variable
from .texts import _METHODS, joined, len_or_str, method


def value(low: Lowering, node: ast.expr) -> Operand:
    """The value of an expression."""
    found = lowered(low, node)
    return found if found is not None else opaque(low, node)


def lowered(low: Lowering, node: ast.expr) -> Operand | None:
    """The operand of an expression, if the IR can say it."""
    match node:
        case ast.BoolOp() | ast.IfExp() if has_walrus(node):
            return None
        case ast.NamedExpr(target=ast.Name(id=name), value=inner):
            found = low.value(inner)
            low.scope.bind(name, found)
            return found
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            return const(low, value)
        case ast.Name() | ast.Attribute():
            return _named(low, node)
        case ast.JoinedStr():
            return joined(low, node)
        case ast.BinOp():
            return bin_op(low, node)
        case ast.Compare(ops=[_], comparators=[_]):
            return compare(low, node)
        case ast.BoolOp():
            return bool_value(low, node)
        case ast.UnaryOp(op=ast.Not()) if is_pure(low, node.operand):
            return condition(low, node)
        case ast.IfExp():
            return choice(low, node.test, node.body, node.orelse, node)
        case ast.Subscript(value=inner, slice=index):
            return variable(low, inner, index, node)
        case ast.Call():
            return _call(low, node)
        case ast.ListComp():
            return over_arms(low, node)
        case _:
            return None


def _named(low: Lowering, node: ast.Name | ast.Attribute) -> Operand | None:
    """A local value, or a constant from outside that nothing can change while the program runs."""
    if isinstance(node, ast.Name):
        meaning = low.scope.names.get(node.id)
        if isinstance(meaning, Value | Const):
            return bound(low, node.id, node)
        if isinstance(meaning, Lost):
            raise lost(low, node)
        if meaning is not None:
            raise low.refuse("SGL0503", node, f"`{node.id}` is used as a value")
    found = static(low, node)
    if found is not None and type(found[0]) in PURE_GLOBALS:
        return const(low, found[0])
    return None


def _call(low: Lowering, node: ast.Call) -> Operand | None:
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=attr), args=args, keywords=[]):
            number = state_of(low, owner)
            if number is not None and attr in READS and len(args) == 1:
                return variable(low, owner, args[0], node)
            if attr == "join" and isinstance(owner, ast.Constant) and len(args) == 1:
                return _joined_list(low, owner, args[0], node)
            if number is None and attr in _METHODS:
                return method(low, owner, attr, args, node)
        case ast.Call(func=ast.Name(id="len" | "str" as name), args=[only], keywords=[]):
            if is_builtin(low, node.func, name):
                return len_or_str(low, name, only, node)
        case _:
            pass
    return _of_helper(low, node) or promised_call(low, node)


def _of_helper(low: Lowering, node: ast.Call) -> Operand | None:
    """What a helper that takes the state returns, if it is a value."""
    found = helper(low, node)
    if found is None or (maker(low, node) is not None and not takes_state(low, node)):
        return None
    result = inline(low, *found, node)
    if not isinstance(result, Value | Const):
        raise low.refuse("SGL0503", node, "a prompt, or something to append, is used as a value")
    return result


def _joined_list(low: Lowering, owner: ast.expr, items: ast.expr, node: ast.Call) -> Operand | None:
    """`", ".join(...)` of what arms or samples said."""
    if isinstance(items, ast.GeneratorExp):
        items = ast.copy_location(ast.ListComp(items.elt, items.generators), items)
    if not isinstance(items, ast.ListComp | ast.Subscript):
        return None
    found = lowered(low, items)
    if found is None or found.type != ListType(STR):
        return None
    separator = low.value(owner)
    op = Builtin(result=Value(STR, "joined"), name="join", args=(found, separator))
    return low.emit(op, node).result
