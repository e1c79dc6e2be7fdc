"""Places and names in source: where a node stands, its dotted name, a method of an object."""

from __future__ import annotations

import ast
from functools import lru_cache

from ..finding import Place
from .values import FnV, ModuleInfo, Value

_KEPT = 1 << 14
"""Nodes of which it is kept what is asked of them each time that they are followed."""


def place_of(module: ModuleInfo, node: ast.AST, symbol: str = "") -> Place:
    """Where a node stands."""
    return _place_in(module.file, node, symbol)


@lru_cache(maxsize=_KEPT)
def _place_in(file: str, node: ast.AST, symbol: str) -> Place:
    line = getattr(node, "lineno", 1)
    column = getattr(node, "col_offset", 0) + 1
    end = getattr(node, "end_lineno", None) or line
    end_column = (getattr(node, "end_col_offset", None) or column) + 1
    return Place(file, line, column, end, end_column, symbol)


@lru_cache(maxsize=_KEPT)
def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names, calls in between left out; empty where it is no chain."""
    names: list[str] = []
    while True:
        match node:
            case ast.Attribute(value=value, attr=attr):
                names.append(attr)
                node = value
            case ast.Name(id=name):
                names.append(name)
                return ".".join(reversed(names))
            case ast.Call(func=func):
                node = func
            case ast.Subscript(value=value):
                node = value
            case ast.Await(value=value):
                node = value
            case _:
                names.append("")
                return ".".join(reversed(names))


@lru_cache(maxsize=_KEPT)
def shown(node: ast.AST, limit: int = 48) -> str:
    """A node's source in backticks, cut where it is long."""
    try:
        text = ast.unparse(node)
    except (ValueError, RecursionError):
        return "an expression"
    text = " ".join(text.split())
    return f"`{text if len(text) <= limit else text[: limit - 3] + '...'}`"


def bound_method(fn: FnV, receiver: Value | None) -> FnV:
    """A method of an object."""
    return FnV(fn.node, fn.module, fn.name, fn.closure, receiver, fn.owner, fn.marks, fn.defaults)
