"""How many loops stand around a call in a function's source: what its rounds are numbered by.

Direct mode numbers the calls of a site that one loop repeats as a plan does, so that both sample alike.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .source import CannotLower, FunctionSource
from .surface import Place


def loops_around(function: Callable[..., Any], place: Place | None) -> int:
    """The `for` and `while` around a call that stands in the function itself; 0 for one that stands elsewhere."""
    try:
        source = FunctionSource.of(function)
    except CannotLower:
        return 0
    if place is None or place[0] != source.source.name:
        return 0
    return _depth(source.node, place[1:])


def _depth(node: ast.AST, at: tuple[int, int]) -> int:
    for child in ast.iter_child_nodes(node):
        if hasattr(child, "lineno") and _spans(child, at):
            is_loop = isinstance(child, ast.For | ast.While)
            return is_loop + _depth(child, at)
    return 0


def _spans(node: Any, at: tuple[int, int]) -> bool:
    return (node.lineno, node.col_offset) <= at < (node.end_lineno, node.end_col_offset)
