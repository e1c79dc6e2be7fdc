"""Methods of states and arms, as statements and as `with` blocks."""

from __future__ import annotations

import ast

from . import said
from .appended import ROLES, turn_parts
from .appending import append
from .constants import arguments, constant_text, name_at, static
from .context import Lowering
from .forks import fork, join, join_texts
from .scope import ArmsRef, ForksRef, Meaning, StateRef, Variable
from .states import state_of

_WITHOUT_EFFECT = frozenset({"sync"})


def state_call(low: Lowering, node: ast.Call) -> bool:
    """A call of a method of a state or of arms, as a statement; whether it was one."""
    match node.func:
        case ast.Attribute(value=ast.Name(id=name), attr="join"):
            forks = low.scope.names.get(name)
            if isinstance(forks, StateRef) and len(node.args) == 1:
                forks = _forks_named(low, node.args[0])
            if isinstance(forks, ForksRef | ArmsRef):
                if _mode_of(low, node, isinstance(low.scope.names[name], StateRef)):
                    join(low, forks, node)
                else:
                    join_texts(low, forks, node)
                return True
            return False
        case ast.Attribute(value=owner, attr=attr):
            state = state_of(low, owner)
            return state is not None and _method_of_state(low, state, attr, node)
        case _:
            return False


def _mode_of(low: Lowering, node: ast.Call, is_named: bool) -> bool:
    """Whether a join gathers variables; otherwise it appends texts."""
    given = arguments(low, node, ("forks", "mode") if is_named else ("mode",)).get("mode")
    mode = ("gather_variable",) if given is None else static(low, given)
    if mode not in (("gather_variable",), ("concate_and_append",)):
        raise low.refuse("SGL0506", node, "a join of a mode that is not known")
    return mode == ("gather_variable",)


def _forks_named(low: Lowering, node: ast.expr) -> Meaning | None:
    return low.scope.names.get(node.id) if isinstance(node, ast.Name) else None


def _method_of_state(low: Lowering, state: int, attr: str, node: ast.Call) -> bool:
    if attr in ROLES and node.args:
        append(low, state, turn_parts(low, ROLES[attr], node.args[0], node))
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
    low.by_hand.add((state, key))
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
    if attr in ROLES and not call.args:
        begin, end = turn_parts(low, ROLES[attr], None, call)
        append(low, state, [begin])
        low.block(node.body)
        append(low, state, [end])
    elif attr == "var_scope" and len(call.args) == 1:
        _var_scope(low, state, constant_text(low, call.args[0]), node)
    elif attr == "copy" and isinstance(node.items[0].optional_vars, ast.Name | None):
        _copy(low, state, node)
    else:
        raise low.refuse("SGL0506", call, f"`{attr}` of a state as a `with` block")
    return True


def _copy(low: Lowering, state: int, node: ast.With) -> None:
    """A block that goes on from a state, and is joined at its end."""
    call = ast.copy_location(ast.Call(name_at("fork", node), [], []), node.items[0].context_expr)
    forks = fork(low, state, call)
    assert isinstance(forks, ForksRef)
    if isinstance(node.items[0].optional_vars, ast.Name):
        low.scope.bind(node.items[0].optional_vars.id, StateRef(forks.arms[0]))
    low.block(node.body)
    join(low, forks, node, is_copy=True)


def _var_scope(low: Lowering, state: int, name: str, node: ast.With) -> None:
    """A variable that is the text of what is appended inside."""
    said.begin(low.state(state), name)
    low.block(node.body)
    low.flush()
    text = said.end(low.state(state), name)
    assert text is not None
    low.by_hand.add((state, name))
    low.state(state).variables[name] = Variable(text)
