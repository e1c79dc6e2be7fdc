"""Files that a program writes itself: what it reads of them changes while it runs."""

from __future__ import annotations

import ast

from ..finding import Cause
from ..layout import TURN
from .frames import Frame
from .holding import is_fixed
from .machine import Run
from .paths import file_named, holds_prompts
from .places import place_of, shown
from .project import path_names
from .slices import assigned_to
from .taints import NONE, Taint, Taints
from .texts import known_start
from .values import Opaque, Value
from .walking import walk


def file_value(run: Run, frame: Frame, path: ast.AST, value: Value) -> Value:
    """An opened file, or its text."""
    name = template_named(run, path, value)
    taints = written_taints(run, frame, path)
    label = f"<template>{name}" if name else f"file {known_start(value)}".rstrip()
    kept = is_fixed(value) or holds_prompts(known_start(value))
    return Opaque(taints, label=label, is_fixed=kept and not taints)


def written_taints(run: Run, frame: Frame, path: ast.AST) -> Taints:
    """State, where the module writes a file of that name."""
    if not isinstance(path, ast.expr):
        return NONE
    local = {n.id for n in walk(path) if isinstance(n, ast.Name)}
    names = {name for each in (path, *assigned_to(frame, local)) for name in path_names(each)}
    written = frame.module.written
    if not names & written:
        return NONE
    place = place_of(frame.module, path)
    what = f"the file {shown(path)}, which the program writes"
    return frozenset({Taint(Cause.STATE, TURN, place, what, loops=run.loop_numbers())})


def template_named(run: Run, path: ast.AST, value: Value | None = None) -> str:
    """The template that a path names, where one of that name was read."""
    if run.templates is None or not isinstance(path, ast.expr):
        return ""
    held = file_named(value) if value is not None else ""
    if held and run.templates.knows(held):
        return held
    return next((name for name in path_names(path) if run.templates.knows(name)), "")
