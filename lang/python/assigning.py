"""Assignments: to names, to variables of states, and `+=` of states, arms and scalars."""

from __future__ import annotations

import ast
import copy
from typing import Any, cast

from ...ir.ops import Const, Index, Value
from ...ir.types import ANY, INT
from .appended import parts
from .appending import append
from .arms import each_arm
from .context import SCALARS, Lowering
from .forks import fork, is_fork
from .helpers import helper, meaning_of
from .hosting import host_statements
from .jumps import inside
from .methods import set_variable
from .opaque import StateReads, check_no_state
from .pieces import names_written
from .scope import ArmsRef, ForksRef, StateRef
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
    outer = low.blocks.indices
    for number, arm in enumerate(forks.arms):
        low.blocks.indices = (*outer, Const(number, INT))
        append(low, arm, _appended(low, _for_arm(low, value, number)))
    low.blocks.indices = outer
    return True


def _appended(low: Lowering, value: ast.expr) -> list[Any]:
    found = helper(low, value)
    if found is not None:
        raise low.refuse("SGL0503", value, "what a helper with a state returns is appended")
    return parts(low, value)


def _for_arm(low: Lowering, value: ast.expr, number: int) -> ast.expr:
    """What one arm gets: of a list its element, of a function of the index its body."""
    match value:
        case ast.List(elts=items):
            return items[number]
        case ast.Lambda(args=ast.arguments(args=[ast.arg(arg=name)]), body=body):
            return cast("ast.expr", _Replace(name, number).visit(copy.deepcopy(body)))
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
    low.scope.names[target.id] = low.value(value)


def _for_index(low: Lowering, value: ast.expr, index: Value) -> ast.expr:
    """As `_for_arm`, where the number of the arm is computed."""
    match value:
        case ast.Lambda(args=ast.arguments(args=[ast.arg(arg=name)]), body=body):
            low.scope.names[name] = index
            return body
        case ast.List():
            raise low.refuse("SGL0507", value, "a list for a number of arms that is computed")
        case _:
            return value


def assign(low: Lowering, target: ast.expr, value: ast.expr, node: ast.stmt) -> None:
    """`target = value`."""
    match target:
        case ast.Name(id=name):
            low.scope.names[name] = meaning_of(low, value)
        case ast.Subscript(value=owner, slice=index) if (state := state_of(low, owner)) is not None:
            set_variable(low, state, index, value)
        case ast.Tuple(elts=names) if (forked := is_fork(low, value)) is not None:
            made = fork(low, forked, cast("ast.Call", value))
            arms = made.arms if isinstance(made, ForksRef) else ()
            if len(arms) != len(names) or not all(isinstance(n, ast.Name) for n in names):
                raise low.refuse("SGL0507", node, f"{len(names)} names for {len(arms)} arms")
            for each, arm in zip(names, arms, strict=True):
                low.scope.names[cast("ast.Name", each).id] = StateRef(arm)
        case _:
            opaque_statement(low, node)


def opaque_statement(low: Lowering, node: ast.stmt) -> None:
    """A statement that Python runs: reads and writes are handed over."""
    inner_nodes = () if isinstance(node, ast.FunctionDef | ast.ClassDef) else inside(node)
    for inner in inner_nodes:
        if isinstance(inner, ast.Await | ast.Yield | ast.YieldFrom | ast.Return):
            raise low.refuse("SGL0502", inner, "a statement that can't be lowered")
    reads = StateReads(low)
    made = cast("ast.stmt", reads.visit(copy.deepcopy(node)))
    check_no_state(low, made)
    writes = names_written([made])
    written = host_statements(low, [made], reads.found, writes)
    for number, name in enumerate(writes):
        at = Index(result=Value(ANY, name), items=written, index=Const(number, INT))
        low.scope.names[name] = low.emit(at, node).result


class _Replace(ast.NodeTransformer):
    """A name by a constant."""

    def __init__(self, name: str, value: int) -> None:
        self._name, self._value = name, value

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id != self._name:
            return node
        return ast.copy_location(ast.Constant(self._value), node)
