"""Files that a program writes itself: what it reads of them changes while it runs."""

from __future__ import annotations

import ast

from ..finding import Cause
from ..layout import TURN
from .machine import Frame, Run, place_of, shown
from .project import path_names
from .values import NONE, Opaque, Taint, Taints, Value, taints_in


def file_value(run: Run, frame: Frame, path: ast.AST, value: Value) -> Value:
    """An opened file, or its text."""
    return Opaque(written_taints(run, frame, path), label="file")


def written_taints(run: Run, frame: Frame, path: ast.AST) -> Taints:
    """State, where the module writes a file of that name."""
    if not isinstance(path, ast.expr):
        return NONE
    names = set(path_names(path))
    written = frame.module.written
    if not names & written:
        return NONE
    place = place_of(frame.module, path)
    what = f"the file {shown(path)}, which the program writes"
    return frozenset({Taint(Cause.STATE, TURN, place, what, loops=run.loop_numbers())})


def path_taints(value: Value) -> Taints:
    """The taints of a path as text."""
    return taints_in(value)
