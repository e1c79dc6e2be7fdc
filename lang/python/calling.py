"""Which call of a program a call at run time is: its number in the source, behind those of the calls that lead there.

Direct mode names calls as source lowering does, which puts the bodies of helpers in place of their calls, so that
both sample alike. Where the source does not lead to a call, there is no such number.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

from .appendable import Place
from .numbering import site_of
from .source import definition

_At = tuple[CodeType, int]


@dataclass(frozen=True, slots=True)
class Called:
    """A call by its site. `loops`: how many `for` and `while` stand around it, and around those that lead to it."""

    site: str
    loops: int


def called(function: Callable[..., Any], place: Place | None) -> Called | None:
    """The call of a program that stands at a place; None for one that its source does not lead to."""
    steps = _steps(getattr(function, "__code__", None), place)
    sites: list[str] = []
    loops = 0
    for owner, (code, at) in steps:
        node, where = _definition(owner), _positions(code)[at // 2]
        if node is None or None in where:
            return None
        line, end_line, column, end_column = where
        sites.append(site_of(node, (end_line, end_column)))
        loops += _loops(node, (line, column))
    return Called(".".join(sites), loops) if sites else None


def _steps(program: CodeType | None, place: Place | None) -> Sequence[tuple[CodeType, _At]]:
    """The calls from the program's own on, each in the function in whose source it stands: a lambda is part of its."""
    frames = list(place.frames) if place is not None else []
    while frames and frames[-1][0] is not program:
        frames.pop()  # who runs the program
    found: list[tuple[CodeType, _At]] = []
    owner: CodeType | None = None
    frames.reverse()
    for number, (code, at) in enumerate(frames):
        owner = owner or code
        if number + 1 < len(frames) and _holds(code, frames[number + 1][0]):
            continue
        found.append((owner, (code, at)))
        owner = None
    return found


@lru_cache(maxsize=512)
def _holds(outer: CodeType, inner: CodeType) -> bool:
    """Whether a function is defined in another one."""
    codes = [each for each in outer.co_consts if isinstance(each, CodeType)]
    return any(each is inner or _holds(each, inner) for each in codes)


@lru_cache(maxsize=512)
def _positions(code: CodeType) -> tuple[Any, ...]:
    return tuple(code.co_positions())


@lru_cache(maxsize=512)
def _definition(code: CodeType) -> ast.FunctionDef | None:
    return definition("".join(linecache.getlines(code.co_filename)), code)


def _loops(node: ast.AST, at: tuple[int, int]) -> int:
    for child in ast.iter_child_nodes(node):
        if hasattr(child, "lineno") and _spans(child, at):
            return isinstance(child, ast.For | ast.While) + _loops(child, at)
    return 0


def _spans(node: Any, at: tuple[int, int]) -> bool:
    return (node.lineno, node.col_offset) <= at < (node.end_lineno, node.end_col_offset)
