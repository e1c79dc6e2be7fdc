"""Statements to ops, in order, by their kind."""

from __future__ import annotations

from collections.abc import Sequence

from ...ir.ops import Operand
from ..syntax import nodes as s
from .appends import append, turn, use
from .arms import fork, parallel, unordered
from .assigns import assign
from .branches import branch, jumping_branch, returning_branch
from .jumps import jump
from .loops import for_loop, while_loop
from .writer import NOTHING, Writer


def statements(w: Writer, body: Sequence[s.Stmt]) -> Operand | None:
    """Write statements in order; the returned value, if they end in `return`."""
    for position, node in enumerate(body):
        match node:
            case s.Return(value=value):
                return NOTHING if value is None else w.value(value)
            case s.Break() | s.Continue():
                return jump(w, node)
            case s.If() if w.effects.statement(node).jumps:
                return jumping_branch(w, node, body[position + 1 :])
            case s.If() if w.effects.statement(node).returns:
                return returning_branch(w, node, body[position + 1 :])
            case _:
                _statement(w, node)
    return None


def _statement(w: Writer, node: s.Stmt) -> None:
    match node:
        case s.Append():
            append(w, node)
        case s.Assign():
            assign(w, node)
        case s.Use():
            use(w, node)
        case s.Resume(prompt):
            w.frame.prompt = w.value(prompt)
        case s.Turn():
            turn(w, node)
        case s.If():
            branch(w, node)
        case s.For():
            for_loop(w, node)
        case s.While():
            while_loop(w, node)
        case s.Fork():
            fork(w, node)
        case s.Parallel():
            parallel(w, node)
        case s.Unordered():
            unordered(w, node)
        case _:
            pass
