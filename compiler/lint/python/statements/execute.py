"""Statements, by their form: branches are both taken and joined, loops run twice, what persists is changed in place."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ..expressions import evaluate
from ..frames import Frame
from ..machine import Run
from .assign import annotated, assignment
from .augment import augmented
from .branches import branch, try_block, with_block
from .definitions import class_body, function, global_names, import_names, outer_names
from .deletions import deletion
from .loops import for_loop, while_loop
from .matching import match_block

MOST_RAISED = 200


def execute(run: Run, frame: Frame, body: list[ast.stmt]) -> bool:
    """Follow statements; whether they end the function or the round. Raises OutOfSteps."""
    guards = len(frame.guards)
    try:
        for statement in body:
            run.tick()
            form = _FORMS.get(type(statement))
            if form is not None and form(run, frame, statement):
                return True
        return False
    finally:
        del frame.guards[guards:]


def _return(run: Run, frame: Frame, node: ast.Return) -> bool:
    if node.value is not None:
        value = evaluate(run, frame, node.value)
        frame.returns.append(value)
        frame.return_taints |= frame.under()
    return True


def _leave(run: Run, frame: Frame, node: ast.stmt) -> bool:
    return True


def _expression(run: Run, frame: Frame, node: ast.Expr) -> bool:
    evaluate(run, frame, node.value)
    return False


def _raise(run: Run, frame: Frame, node: ast.Raise) -> bool:
    if node.exc is not None and len(run.raised) < MOST_RAISED:
        run.raised.append(evaluate(run, frame, node.exc))
    return True


_FORMS: dict[type[ast.stmt], Callable[[Run, Frame, Any], bool]] = {
    ast.Assign: assignment,
    ast.AnnAssign: annotated,
    ast.AugAssign: augmented,
    ast.If: branch,
    ast.For: for_loop,
    ast.AsyncFor: for_loop,
    ast.While: while_loop,
    ast.With: with_block,
    ast.AsyncWith: with_block,
    ast.Try: try_block,
    ast.TryStar: try_block,
    ast.Match: match_block,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _leave,
    ast.Continue: _leave,
    ast.Expr: _expression,
    ast.Delete: deletion,
    ast.FunctionDef: function,
    ast.AsyncFunctionDef: function,
    ast.ClassDef: class_body,
    ast.Import: import_names,
    ast.ImportFrom: import_names,
    ast.Global: global_names,
    ast.Nonlocal: outer_names,
}
