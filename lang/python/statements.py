"""Statements: branches and loops around prompt operations become regions, others pieces of Python."""

from __future__ import annotations

import ast

from ...ir.ops import Const, Value
from .assigning import appends, assign, grow_by, grow_scalar, imports, is_scalar
from .conditions import condition
from .context import FALSE, NOTHING, TRUE, Lowering
from .helpers import helper, inline, meaning_of
from .jumps import is_clear, jumps, returns
from .loops import for_loop, while_loop
from .matching import as_branches
from .merging import join_branches
from .methods import state_call, with_state
from .opaque import opaque_statement, reads_state
from .promises import promised_call
from .scope import BROKEN, HANDLES, RETURN, RETURNED, SKIP
from .source import CannotLower


def block(low: Lowering, body: list[ast.stmt]) -> None:
    """Lower statements in order; what follows a branch that always jumps goes into its other arm."""
    for number, node in enumerate(body):
        rest = body[number + 1 :]
        match node:
            case ast.Return(value=value):
                return _return(low, value, node)
            case ast.Break():
                low.scope.names[BROKEN] = TRUE
                low.scope.names[SKIP] = TRUE
                return None
            case ast.Continue():
                low.scope.names[SKIP] = TRUE
                return None
            case ast.If() if jumps(node) and is_clear(node):
                return _if(low, node, rest)
            case ast.If() if jumps(node):
                return _perhaps_rest(low, node, rest)
            case ast.For() | ast.While() if returns(node):
                return _perhaps_rest(low, node, rest)
            case ast.Match() if _needs_structure(low, node):
                return block(low, [*as_branches(low, node), *rest])
            case _:
                _statement(low, node)
    return None


def _return(low: Lowering, value: ast.expr | None, node: ast.Return) -> None:
    low.scope.names[RETURN] = NOTHING if value is None else meaning_of(low, value)
    low.scope.names[SKIP] = TRUE
    if low.frame.loops:
        if not isinstance(low.scope.names[RETURN], Value | Const):
            raise low.refuse("SGL0502", node, "a loop that returns a prompt")
        low.scope.names[RETURNED] = low.scope.names[BROKEN] = TRUE


def _perhaps_rest(low: Lowering, node: ast.If | ast.For | ast.While, rest: list[ast.stmt]) -> None:
    """A statement that jumps on some paths, and what follows on the others."""
    low.scope.names[SKIP] = FALSE
    if returns(node):
        low.scope.names.setdefault(RETURNED, FALSE)
        low.scope.names.setdefault(RETURN, NOTHING)
    _statement(low, node)
    skip = low.scope.names.get(SKIP, FALSE)
    if not isinstance(skip, Value):
        return None if skip == TRUE else low.block(rest)
    if not rest:
        return None

    def write() -> None:
        low.scope.names[SKIP] = FALSE
        low.block(rest)

    sides = [low.region(low.scope.copy(), lambda: None), low.region(low.scope.copy(), write)]
    join_branches(low, skip, [side[0] for side in sides], [side[1] for side in sides], node)
    return None


def _statement(low: Lowering, node: ast.stmt) -> None:
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            pass
        case ast.AugAssign(op=ast.Add(), target=target, value=value) if appends(low, target, value):
            pass
        case ast.AugAssign(target=ast.Name(id=name)) if is_scalar(low, name):
            grow_scalar(low, node)
        case ast.AugAssign(target=ast.Name(), value=ast.Call() as call) if helper(low, call):
            grow_by(low, node, call)
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
        case ast.Try() | ast.With() if _needs_structure(low, node):
            kind = type(node).__name__.lower()
            help = "what is appended in it can be lowered outside of it, and in a helper that takes the state"
            raise low.refuse("SGL0502", node, f"`{kind}` around what is appended", help)
        case ast.ImportFrom() if imports(low, node):
            pass
        case _:
            opaque_statement(low, node)


def _call_statement(low: Lowering, call: ast.Call) -> bool:
    if state_call(low, call):
        return True
    found = helper(low, call)
    if found is None:
        return promised_call(low, call) is not None
    inline(low, *found, call)
    return True


def _needs_structure(low: Lowering, node: ast.stmt) -> bool:
    """Whether something inside does more with a state than read it, or jumps out of it."""
    return jumps(node) or _uses_state(low, node)


def _uses_state(low: Lowering, node: ast.AST) -> bool:
    """Whether a state stands anywhere but where a variable of it is read."""
    if isinstance(node, ast.Name):
        return isinstance(low.scope.names.get(node.id), HANDLES)
    if _only_reads(low, node):
        return False
    return any(_uses_state(low, child) for child in ast.iter_child_nodes(node))


def _only_reads(low: Lowering, node: ast.AST) -> bool:
    """Whether an expression reads a variable of a state. Where none can be read, a state is used."""
    try:
        return reads_state(low, node)
    except CannotLower:
        return False


def _if(low: Lowering, node: ast.If, rest: list[ast.stmt]) -> None:
    """Both arms, each followed by the rest of the block."""
    cond = condition(low, node.test)
    if isinstance(cond, Const):
        return low.block((node.body if cond.value else node.orelse) + rest)
    arms = (node.body + rest, node.orelse + rest)
    low.flush()
    sides = [low.region(low.scope.copy(), lambda body=body: low.block(body)) for body in arms]
    builders, scopes = [side[0] for side in sides], [side[1] for side in sides]
    join_branches(low, cond, builders, scopes, node)
    return None
