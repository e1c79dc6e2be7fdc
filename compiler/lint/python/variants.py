"""Conditions on a person, one after the other, each of which adds a fixed line or not: 2^n texts."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ..finding import Cause
from ..layout import USER
from .expressions import evaluate
from .frames import Frame
from .labels import label_taints
from .machine import Run
from .places import place_of, shown
from .taints import Hole, Taint
from .texts import parts_of
from .values import Const, Opaque, Text, Value
from .walking import walk


def chosen_line(run: Run, frame: Frame, value: Value, node: ast.AST) -> Value:
    """A fixed line; behind the last of several conditions on a person, what decides on them stands in front of it.

    What follows the conditions is what they cost: their own lines stand where they do anyway.
    """
    if not frame.guards or not _is_fixed(value):
        return value
    tests = _run_of(frame.statements, frame.guards[-1])
    if len(tests) < 2 or tests[-1] is not frame.guards[-1]:
        return value
    if not all(_is_of_person(run, frame, test) for test in tests):
        return value
    place = place_of(frame.module, tests[-1])
    what = f"{shown(tests[-1])}, the last of {len(tests)} conditions that make {2 ** len(tests)} variants,"
    taint = Taint(Cause.BRANCH, USER, place, what, loops=run.loop_numbers())
    return Text((Hole(frozenset({taint})), *parts_of(value, place_of(frame.module, node))))


def _is_fixed(value: Value) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, str)
    return isinstance(value, Text) and not any(isinstance(part, Hole) for part in value.parts)


def _run_of(statements: Sequence[ast.stmt], last: ast.expr) -> list[ast.expr]:
    """The tests of the conditions without another side that follow each other, one of which is the given one."""
    for block in _blocks(statements):
        found: list[ast.expr] = []
        for statement in [*block, ast.Pass()]:
            if isinstance(statement, ast.If) and not statement.orelse:
                found.append(statement.test)
            elif any(test is last for test in found):
                return found
            else:
                found = []
    return []


def _blocks(statements: Sequence[ast.stmt]) -> Iterator[Sequence[ast.stmt]]:
    yield statements
    for statement in statements:
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(statement, name, None)
            if isinstance(inner, list):
                yield from _blocks(inner)


def _is_of_person(run: Run, frame: Frame, test: ast.expr) -> bool:
    """Whether a test reads an attribute of whom a call is for, and calls nothing."""
    nodes = walk(test)
    if any(isinstance(node, ast.Call) for node in nodes):
        return False
    held = (evaluate(run, frame, node) for node in nodes if isinstance(node, ast.Attribute))
    place = place_of(frame.module, test)
    return any(
        isinstance(each, Opaque)
        and any(taint.cause is Cause.USER for taint in label_taints(each, place))
        for each in held
    )
