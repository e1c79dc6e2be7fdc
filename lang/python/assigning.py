"""Assignments: to names, to variables of states, and `+=` of states, arms and scalars."""

from __future__ import annotations

import ast
import copy
from importlib import import_module
from typing import Any, cast

from ...ir.ops import Const, Value
from ...ir.types import ANY, ListType
from .appended import parts
from .appending import append
from .arms import each_arm
from .constants import const, name_at
from .context import NOTHING, SCALARS, Lowering
from .copying import copied
from .forks import fork, is_fork
from .helpers import helper, meaning_of, takes_state
from .hosting import host_source, host_statement
from .methods import set_variable
from .occurrences import occurrences
from .opaque import opaque_statement
from .scope import ArmsRef, ForksRef, Meaning, StateRef
from .states import state_of


def appends(low: Lowering, target: ast.expr, value: ast.expr) -> bool:
    """`s += x`, `forks[i] += x`, `forks += x`; whether it was one."""
    state = state_of(low, target)
    if state is not None:
        append(low, state, _appended(low, value))
        return True
    forks = low.scope.names.get(target.id) if isinstance(target, ast.Name) else None
    if isinstance(forks, ArmsRef):
        each_arm(
            low,
            forks,
            target,
            lambda arm, index: append(low, arm, _appended(low, _for_index(low, value, index))),
        )
        return True
    if not isinstance(forks, ForksRef):
        return False
    given = _for_all(low, value, len(forks.arms))
    with low.blocks.over_arms(frozenset(forks.arms)) as begin_round:
        for number, arm in enumerate(forks.arms):
            begin_round(number)
            found = given[number] if given else _appended(low, _for_arm(value, number))
            append(low, arm, found)
    return True


def _appended(low: Lowering, value: ast.expr) -> list[Any]:
    if isinstance(value, ast.Call) and takes_state(low, value) and helper(low, value) is not None:
        raise low.refuse("SGL0503", value, "what a helper with a state returns is appended")
    return parts(low, value)


def _for_all(low: Lowering, value: ast.expr, size: int) -> list[list[Any]]:
    """What the arms get, computed before the first of them: of a list its elements, else the same for all."""
    match value:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            if len(items) < size:
                raise low.refuse("SGL0507", value, f"{len(items)} values for {size} arms")
            return [_appended(low, item) for item in items][:size]
        case ast.Lambda():
            return []
        case _:
            return [_appended(low, value)] * size


def _for_arm(value: ast.expr, number: int) -> ast.expr:
    """What one arm gets of a function of its index: the body."""
    match value:
        case ast.Lambda(args=ast.arguments(args=[ast.arg(arg=name)]), body=body):
            return cast("ast.expr", _Replace(name, number).visit(copied(body)))
        case _:
            return value


def is_scalar(low: Lowering, name: str) -> bool:
    """Whether a name stands for a text or a number."""
    meaning = low.scope.names.get(name)
    return isinstance(meaning, Value | Const) and meaning.type in SCALARS


def grow_scalar(low: Lowering, node: ast.AugAssign) -> None:
    """`n += 1` of a number or a text, which no other name can see change."""
    target = cast("ast.Name", node.target)
    old = ast.copy_location(ast.Name(target.id, ast.Load()), target)
    value = ast.copy_location(ast.BinOp(old, node.op, node.value), node)
    low.scope.bind(target.id, low.value(value))


def imports(low: Lowering, node: ast.ImportFrom) -> bool:
    """`from sglc... import X` of constants of ours; whether it was that."""
    if node.level or (node.module or "").partition(".")[0] != "sglc":
        return False
    module = import_module(cast("str", node.module))
    values = [const(low, getattr(module, each.name, None)) for each in node.names]
    if any(value is None or value == NOTHING for value in values):
        return False
    for each, value in zip(node.names, values, strict=True):
        low.scope.bind(each.asname or each.name, cast("Const", value))
    return True


def grow_by(low: Lowering, node: ast.AugAssign, call: ast.Call) -> None:
    """`x += helper(s)` of anything: the helper first, and then what Python makes of its value."""
    made = copy.copy(node)
    made.value = name_at("__sglc_value__", call)
    host_statement(low, made, {"__sglc_value__": low.value(call)})


def _for_index(low: Lowering, value: ast.expr, index: Value) -> ast.expr:
    """As `_for_arm`, where the number of the arm is computed."""
    match value:
        case ast.Lambda(args=ast.arguments(args=[ast.arg(arg=name)]), body=body):
            low.scope.names[name] = index
            return body
        case ast.List() | ast.Tuple():
            raise low.refuse("SGL0507", value, "a list for a number of arms that is computed")
        case _:
            return value


def assign(low: Lowering, target: ast.expr, value: ast.expr, node: ast.stmt) -> None:
    """`target = value`."""
    match target:
        case ast.Name(id=name):
            low.scope.bind(name, _kept(low, name, meaning_of(low, value), value))
        case ast.Subscript(value=owner, slice=index) if (state := state_of(low, owner)) is not None:
            set_variable(low, state, index, value)
        case ast.Tuple(elts=names) if (forked := is_fork(low, value)) is not None:
            made = fork(low, forked, cast("ast.Call", value))
            arms = made.arms if isinstance(made, ForksRef) else ()
            if len(arms) != len(names) or not all(isinstance(n, ast.Name) for n in names):
                raise low.refuse("SGL0507", node, f"{len(names)} names for {len(arms)} arms")
            for each, arm in zip(names, arms, strict=True):
                low.scope.bind(cast("ast.Name", each).id, StateRef(arm))
        case _:
            opaque_statement(low, node)


def _kept(low: Lowering, name: str, meaning: Meaning, node: ast.expr) -> Meaning:
    """A list of the IR under a name: a list of Python's where more is done with it than reading."""
    if not isinstance(meaning, Value) or not isinstance(meaning.type, ListType):
        return meaning
    if isinstance(node, ast.Name) or occurrences(low.frame.source.node).is_only_read(name):
        return meaning
    return host_source(low, "[*_value]", {"_value": meaning}, node, ANY, name)


class _Replace(ast.NodeTransformer):
    """A name by a constant."""

    def __init__(self, name: str, value: int) -> None:
        self._name, self._value = name, value

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id != self._name:
            return node
        return ast.copy_location(ast.Constant(self._value), node)
