"""Methods of states and arms, as statements and as `with` blocks."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from ...ir.ops import Const, Format, Operand, Role, Value
from ...ir.types import STR
from .appended import turn_parts
from .appending import append
from .constants import constant_text
from .context import Lowering
from .forks import join
from .parts import CallPart, Part, TextPart, ValuePart
from .scope import ArmsRef, ForksRef, Meaning, StateRef, Variable
from .states import state_of

_TURNS: Mapping[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}
_WITHOUT_EFFECT = frozenset({"sync"})


def state_call(low: Lowering, node: ast.Call) -> bool:
    """A call of a method of a state or of arms, as a statement; whether it was one."""
    match node.func:
        case ast.Attribute(value=ast.Name(id=name), attr="join"):
            forks = low.scope.names.get(name)
            if isinstance(forks, StateRef) and len(node.args) == 1:
                forks = _forks_named(low, node.args[0])
            if isinstance(forks, ForksRef | ArmsRef):
                join(low, forks, node)
                return True
            return False
        case ast.Attribute(value=owner, attr=attr):
            state = state_of(low, owner)
            return state is not None and _method_of_state(low, state, attr, node)
        case _:
            return False


def _forks_named(low: Lowering, node: ast.expr) -> Meaning | None:
    return low.scope.names.get(node.id) if isinstance(node, ast.Name) else None


def _method_of_state(low: Lowering, state: int, attr: str, node: ast.Call) -> bool:
    if attr in _TURNS and node.args:
        append(low, state, turn_parts(low, _TURNS[attr], node.args[0], node))
        return True
    if attr == "set_var" and len(node.args) == 2:
        set_variable(low, state, node.args[0], node.args[1])
        return True
    if attr in _WITHOUT_EFFECT:
        return True
    headline = f"`{attr}` of a state in the middle of a program"
    raise low.refuse("SGL0506", node, headline, "after the run the returned state has it")


def set_variable(low: Lowering, state: int, name: ast.expr, value: ast.expr) -> None:
    """`s["x"] = value`."""
    key, found = constant_text(low, name), low.value(value)
    low.flush()
    low.state(state).variables[key] = Variable(found)


def with_state(low: Lowering, node: ast.With) -> bool:
    """`with s.user():`, `with s.var_scope(name):`, `with s.copy() as t:`; whether it was one."""
    match node.items:
        case [ast.withitem(context_expr=ast.Call(func=ast.Attribute(attr=attr)) as call)]:
            state = state_of(low, call.func.value)  # type: ignore[attr-defined]
        case _:
            return False
    if state is None:
        return False
    if attr in _TURNS and not call.args:
        begin, end = turn_parts(low, _TURNS[attr], None, call)
        append(low, state, [begin])
        low.block(node.body)
        append(low, state, [end])
    elif attr == "var_scope" and len(call.args) == 1:
        _var_scope(low, state, constant_text(low, call.args[0]), node)
    elif attr == "copy" and isinstance(node.items[0].optional_vars, ast.Name):
        low.flush()
        data = low.state(state).copy()
        low.scope.bind(node.items[0].optional_vars.id, StateRef(low.blocks.new_state(data)))
        low.block(node.body)
    else:
        raise low.refuse("SGL0506", call, f"`{attr}` of a state as a `with` block")
    return True


def _var_scope(low: Lowering, state: int, name: str, node: ast.With) -> None:
    """A variable that is the text of what is appended inside; it must be there in full."""
    said: list[Operand] = []

    def listen(number: int, parts: list[Part]) -> None:
        if number == state:
            said.extend(_texts(low, state, parts, node))

    if any(isinstance(each, ast.If | ast.For | ast.While) for each in ast.walk(node)):
        raise low.refuse("SGL0506", node, "a `var_scope` with branches or loops inside")
    low.listeners.append(listen)
    try:
        low.block(node.body)
    finally:
        low.listeners.pop()
    low.flush()
    op = Format(result=Value(STR, name), parts=tuple(said))
    low.state(state).variables[name] = Variable(low.emit(op, node).result)


def _texts(low: Lowering, state: int, parts: list[Part], node: ast.With) -> list[Operand]:
    """The text of each part."""
    found: list[Operand] = []
    low.flush()
    for part in parts:
        match part:
            case TextPart(text, _, _):
                found.append(Const(text, STR))
            case ValuePart(value, _) if value.type == STR:
                found.append(value)
            case CallPart(mark) if mark.name is not None:
                found.append(low.state(state).variables[mark.name].value)
            case _:
                raise low.refuse("SGL0506", node, "a `var_scope` around turns or images")
    return found
