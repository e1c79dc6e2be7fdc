"""Limits that a history is held against: a cut that happens rarely, past a limit well above what it keeps, is fine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .elements import number_in
from .frames import Frame
from .machine import Run
from .walking import walk


def is_hysteresis(run: Run, frame: Frame, end: ast.expr) -> bool:
    """Whether a cut happens only past a limit that is well above what is kept."""
    kept = _kept(run, frame, end)
    for guard in guards_of(frame):
        for limit in _limits(guard):
            above = number_in(run.evaluate(run, frame, limit))
            if above is None or kept is None:
                if ast.dump(limit) not in {ast.dump(n) for n in walk(end)}:
                    return True
            elif above - kept >= max(4, kept // 4):
                return True
    return False


def guards_of(frame: Frame) -> list[ast.expr]:
    """The tests around a place; of a function without any, those around all of its calls in its class or module."""
    if frame.guards or not frame.name:
        return frame.guards
    name = frame.name.rpartition(".")[2]
    tree = frame.owner.node if frame.owner is not None else frame.module.tree
    sites = list(_sites(tree, name, []))
    if not sites or not all(any(any(_limits(t)) for t in tests) for tests in sites):
        return []
    return sites[0]


def _sites(node: ast.AST, name: str, tests: list[ast.expr]) -> Iterator[list[ast.expr]]:
    """The tests around every call of a function."""
    if isinstance(node, ast.Call):
        called = node.func
        if name in (getattr(called, "attr", ""), getattr(called, "id", "")):
            yield tests
    inner = tests
    if isinstance(node, ast.If | ast.While):
        inner = [*tests, node.test]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inner = []
    for each in ast.iter_child_nodes(node):
        yield from _sites(each, name, inner)


def _kept(run: Run, frame: Frame, end: ast.expr) -> int | None:
    match end:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return number_in(run.evaluate(run, frame, operand))
        case ast.BinOp(op=ast.Sub(), right=right):
            return number_in(run.evaluate(run, frame, right))
        case _:
            at = number_in(run.evaluate(run, frame, end))
            return -at if at is not None and at < 0 else None


def _limits(guard: ast.expr) -> Iterator[ast.expr]:
    """What a size is compared with in a test."""
    for node in walk(guard):
        if isinstance(node, ast.Compare) and len(node.comparators) == 1:
            sides = (node.left, node.comparators[0])
            sizes = [_is_size(side) for side in sides]
            if sizes[0] != sizes[1]:
                yield sides[1] if sizes[0] else sides[0]


_SIZE = re.compile(r"len|count|tokens|size|total|used|estimate", re.I)


_OF_LIMITS = re.compile(r"(^|_)(max|maximum|limit|budget|cap|ceiling|threshold|allowed)(_|$)")
"""Names of what a size is held against: `max_context_tokens` is none itself."""


def _is_size(node: ast.expr) -> bool:
    match node:
        case ast.BinOp(left=left, right=right):
            return _is_size(left) or _is_size(right)
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id=name), *_]):
            return bool(_SIZE.search(name))
        case ast.Call(func=ast.Name(id="sum" | "max"), args=[inner, *_]):
            return any(_is_size(each) for each in walk(inner) if isinstance(each, ast.Call))
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return bool(_SIZE.search(name))
        case ast.Name(id=name) | ast.Attribute(attr=name):
            is_size = bool(re.search(r"tokens|size|total|used|count|length", name))
            return is_size and not name.isupper() and not _OF_LIMITS.search(name)
        case _:
            return False


def limits_of(frame: Frame) -> set[str]:
    """The distinct limits that the tests around a place compare sizes with, those left out that only ask for a few."""
    found = [limit for guard in guards_of(frame) for limit in _limits(guard)]
    return {ast.unparse(limit) for limit in found if not _is_few(limit)}


def _is_few(limit: ast.expr) -> bool:
    """Whether a limit keeps a list from being emptied, rather than from growing."""
    return isinstance(limit, ast.Constant) and isinstance(limit.value, int) and limit.value <= 4
