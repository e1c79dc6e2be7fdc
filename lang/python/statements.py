"""Statements: branches and loops around prompt operations become regions, others pieces of Python."""

from __future__ import annotations

import ast
import copy
from typing import Any, cast

from ...ir.ops import (
    Const,
    Index,
    Value,
)
from ...ir.types import ANY, INT
from .carrying import BROKEN
from .context import NOTHING, SCALARS, TRUE
from .expressions import StateReads
from .jumps import inside, jumps
from .loops import Loops
from .pieces import names_written
from .scope import ArmsRef, ForksRef, Pending, StateRef
from .source import CannotLower

_RETURN = "$return"


class Statements(Loops):
    """The step from statements to blocks."""

    def block(self, body: list[ast.stmt]) -> None:
        """Lower statements in order; what follows a branch that may jump goes into its arms."""
        for number, node in enumerate(body):
            rest = body[number + 1 :]
            match node:
                case ast.Return(value=value):
                    return self._return(value, node)
                case ast.Break():
                    self.scope.names[BROKEN] = TRUE
                    return None
                case ast.Continue():
                    return None
                case ast.If() if jumps(node):
                    return self._if(node, rest)
                case _:
                    self._statement(node)
        return None

    def _return(self, value: ast.expr | None, node: ast.Return) -> None:
        if self.loops:
            help = "`break` and a `return` after the loop can be lowered"
            raise self.refuse("SGL0502", node, "`return` inside a loop", help)
        self.scope.names[_RETURN] = NOTHING if value is None else self.meaning_of(value)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case ast.AugAssign(op=ast.Add(), target=target, value=value) if self._appends(
                target, value
            ):
                pass
            case ast.AugAssign(target=ast.Name(id=name)) if self._is_scalar(name):
                self._grow_scalar(node)
            case ast.Assign(targets=[target], value=value):
                self._assign(target, value, node)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, value, node)
            case ast.Expr(value=ast.Call() as call) if self._call_statement(call):
                pass
            case ast.With() if self.with_state(node):
                pass
            case ast.If() if self._needs_structure(node):
                self._if(node, [])
            case ast.For() if self._needs_structure(node):
                self._for(node)
            case ast.While() if self._needs_structure(node):
                self._while(node)
            case ast.Global() | ast.Nonlocal() | ast.AsyncFor() | ast.AsyncWith():
                raise self.refuse("SGL0502", node, "a statement that can't be lowered")
            case _:
                self._opaque_statement(node)

    # --- appends and assignments ----------------------------------------------------------------

    def _appends(self, target: ast.expr, value: ast.expr) -> bool:
        """`s += x`, `forks[i] += x`, `forks += x`; whether it was one."""
        state = self.state_of(target)
        if state is not None:
            self.append(state, self._appended(value))
            return True
        forks = self.scope.names.get(target.id) if isinstance(target, ast.Name) else None
        if isinstance(forks, ArmsRef):
            self.each_arm(
                forks,
                target,
                lambda arm, index: self.append(arm, self._appended(self._for_index(value, index))),
            )
            return True
        if not isinstance(forks, ForksRef):
            return False
        outer = self.indices
        for number, arm in enumerate(forks.arms):
            self.indices = (*outer, Const(number, INT))
            self.append(arm, self._appended(self._for_arm(value, number)))
        self.indices = outer
        return True

    def _appended(self, value: ast.expr) -> list[Any]:
        found = self.helper(value)
        if found is not None:
            raise self.refuse("SGL0503", value, "what a helper with a state returns is appended")
        return self.parts(value)

    def _for_arm(self, value: ast.expr, number: int) -> ast.expr:
        """What one arm gets: of a list its element, of a function of the index its body."""
        match value:
            case ast.List(elts=items):
                return items[number]
            case ast.Lambda(args=ast.arguments(args=[ast.arg(arg=name)]), body=body):
                return cast("ast.expr", _Replace(name, number).visit(copy.deepcopy(body)))
            case _:
                return value

    def _is_scalar(self, name: str) -> bool:
        meaning = self.scope.names.get(name)
        return isinstance(meaning, Value | Const) and meaning.type in SCALARS

    def _grow_scalar(self, node: ast.AugAssign) -> None:
        """`n += 1` of a number or a text, which no other name can see change."""
        target = cast("ast.Name", node.target)
        old = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        value = ast.copy_location(ast.BinOp(old, node.op, node.value), node)
        self.scope.names[target.id] = self.expr(value)

    def _for_index(self, value: ast.expr, index: Value) -> ast.expr:
        """As `_for_arm`, where the number of the arm is computed."""
        match value:
            case ast.Lambda(args=ast.arguments(args=[ast.arg(arg=name)]), body=body):
                self.scope.names[name] = index
                return body
            case ast.List():
                raise self.refuse("SGL0507", value, "a list for a number of arms that is computed")
            case _:
                return value

    def _assign(self, target: ast.expr, value: ast.expr, node: ast.stmt) -> None:
        match target:
            case ast.Name(id=name):
                self.scope.names[name] = self.meaning_of(value)
            case ast.Subscript(value=owner, slice=index) if (
                state := self.state_of(owner)
            ) is not None:
                self.set_variable(state, index, value)
            case ast.Tuple(elts=names) if (forked := self.is_fork(value)) is not None:
                made = self.fork(forked, cast("ast.Call", value))
                arms = made.arms if isinstance(made, ForksRef) else ()
                if len(arms) != len(names) or not all(isinstance(n, ast.Name) for n in names):
                    raise self.refuse("SGL0507", node, f"{len(names)} names for {len(arms)} arms")
                for each, arm in zip(names, arms, strict=True):
                    self.scope.names[cast("ast.Name", each).id] = StateRef(arm)
            case _:
                self._opaque_statement(node)

    def _call_statement(self, call: ast.Call) -> bool:
        if self.state_call(call):
            return True
        found = self.helper(call)
        if found is None:
            return False
        self.inline(*found, call)
        return True

    def _opaque_statement(self, node: ast.stmt) -> None:
        """A statement that Python runs: reads and writes are handed over."""
        inner_nodes = () if isinstance(node, ast.FunctionDef | ast.ClassDef) else inside(node)
        for inner in inner_nodes:
            if isinstance(inner, ast.Await | ast.Yield | ast.YieldFrom | ast.Return):
                raise self.refuse("SGL0502", inner, "a statement that can't be lowered")
        reads = StateReads(self)
        made = cast("ast.stmt", reads.visit(copy.deepcopy(node)))
        self.check_no_state(made)
        writes = names_written([made])
        written = self.host_statements([made], reads.found, writes)
        for number, name in enumerate(writes):
            at = Index(result=Value(ANY, name), items=written, index=Const(number, INT))
            self.scope.names[name] = self.emit(at, node).result

    def _needs_structure(self, node: ast.stmt) -> bool:
        """Whether something inside does more with a state than read it, or jumps out of it."""
        if jumps(node):
            return True
        left = _without_reads(self, node)
        for inner in ast.walk(left):
            if isinstance(inner, ast.Name):
                meaning = self.scope.names.get(inner.id)
                if isinstance(meaning, StateRef | ForksRef | ArmsRef | Pending):
                    return True
        return False

    # --- if -------------------------------------------------------------------------------------

    def _if(self, node: ast.If, rest: list[ast.stmt]) -> None:
        """Both arms, each followed by the rest of the block."""
        cond = self.condition(node.test)
        if isinstance(cond, Const):
            return self.block((node.body if cond.value else node.orelse) + rest)
        arms = (node.body + rest, node.orelse + rest) if jumps(node) else (node.body, node.orelse)
        self.flush()
        sides = [
            self.region(self.scope.copy(), lambda body=body: self.block(body)) for body in arms
        ]
        builders, scopes = [side[0] for side in sides], [side[1] for side in sides]
        self.join_branches(cond, builders, scopes, node)
        return None


class _Replace(ast.NodeTransformer):
    """A name by a constant."""

    def __init__(self, name: str, value: int) -> None:
        self._name, self._value = name, value

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id != self._name:
            return node
        return ast.copy_location(ast.Constant(self._value), node)


def _without_reads(lowering: Statements, node: ast.stmt) -> ast.AST:
    """A statement without what only reads variables of states."""

    class Strip(StateReads):
        def _taken(self, node: ast.expr) -> ast.Name:
            return ast.copy_location(ast.Name("_", ast.Load()), node)

    try:
        return Strip(lowering).visit(copy.deepcopy(node))
    except CannotLower:
        return node
