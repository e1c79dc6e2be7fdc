"""Statements: branches and loops around prompt operations become regions, others pieces of Python."""

from __future__ import annotations

import ast
import copy

from ...ir.ops import Const
from .assigning import appends, assign, grow_scalar, is_scalar, opaque_statement
from .conditions import condition
from .context import NOTHING, TRUE, Lowering
from .helpers import helper, inline, meaning_of
from .jumps import jumps
from .loops import for_loop, while_loop
from .merging import join_branches
from .methods import state_call, with_state
from .opaque import StateReads
from .scope import BROKEN, RETURN, ArmsRef, ForksRef, Pending, StateRef
from .source import CannotLower


def block(low: Lowering, body: list[ast.stmt]) -> None:
    """Lower statements in order; what follows a branch that may jump goes into its arms."""
    for number, node in enumerate(body):
        rest = body[number + 1 :]
        match node:
            case ast.Return(value=value):
                return _return(low, value, node)
            case ast.Break():
                low.scope.names[BROKEN] = TRUE
                return None
            case ast.Continue():
                return None
            case ast.If() if jumps(node):
                return _if(low, node, rest)
            case _:
                _statement(low, node)
    return None


def _return(low: Lowering, value: ast.expr | None, node: ast.Return) -> None:
    if low.frame.loops:
        help = "`break` and a `return` after the loop can be lowered"
        raise low.refuse("SGL0502", node, "`return` inside a loop", help)
    low.scope.names[RETURN] = NOTHING if value is None else meaning_of(low, value)


def _statement(low: Lowering, node: ast.stmt) -> None:
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            pass
        case ast.AugAssign(op=ast.Add(), target=target, value=value) if appends(low, target, value):
            pass
        case ast.AugAssign(target=ast.Name(id=name)) if is_scalar(low, name):
            grow_scalar(low, node)
        case ast.Assign(targets=[target], value=value):
            assign(low, target, value, node)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            assign(low, target, value, node)
        case ast.Expr(value=ast.Call() as call) if _call_statement(low, call):
            pass
        case ast.With() if with_state(low, node):
            pass
        case ast.If() if _needs_structure(low, node):
            _if(low, node, [])
        case ast.For() if _needs_structure(low, node):
            for_loop(low, node)
        case ast.While() if _needs_structure(low, node):
            while_loop(low, node)
        case ast.Global() | ast.Nonlocal() | ast.AsyncFor() | ast.AsyncWith():
            raise low.refuse("SGL0502", node, "a statement that can't be lowered")
        case _:
            opaque_statement(low, node)


def _call_statement(low: Lowering, call: ast.Call) -> bool:
    if state_call(low, call):
        return True
    found = helper(low, call)
    if found is None:
        return False
    inline(low, *found, call)
    return True


def _needs_structure(low: Lowering, node: ast.stmt) -> bool:
    """Whether something inside does more with a state than read it, or jumps out of it."""
    if jumps(node):
        return True
    left = _without_reads(low, node)
    for inner in ast.walk(left):
        if isinstance(inner, ast.Name):
            meaning = low.scope.names.get(inner.id)
            if isinstance(meaning, StateRef | ForksRef | ArmsRef | Pending):
                return True
    return False


def _if(low: Lowering, node: ast.If, rest: list[ast.stmt]) -> None:
    """Both arms, each followed by the rest of the block."""
    cond = condition(low, node.test)
    if isinstance(cond, Const):
        return low.block((node.body if cond.value else node.orelse) + rest)
    arms = (node.body + rest, node.orelse + rest) if jumps(node) else (node.body, node.orelse)
    low.flush()
    sides = [low.region(low.scope.copy(), lambda body=body: low.block(body)) for body in arms]
    builders, scopes = [side[0] for side in sides], [side[1] for side in sides]
    join_branches(low, cond, builders, scopes, node)
    return None


def _without_reads(low: Lowering, node: ast.stmt) -> ast.AST:
    """A statement without what only reads variables of states."""

    class Strip(StateReads):
        def _taken(self, node: ast.expr) -> ast.Name:
            return ast.copy_location(ast.Name("_", ast.Load()), node)

    try:
        return Strip(low).visit(copy.deepcopy(node))
    except CannotLower:
        return node
