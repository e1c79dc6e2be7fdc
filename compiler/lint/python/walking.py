"""What stands below a node of a syntax tree, listed once; and the words for what is met there."""

from __future__ import annotations

import ast
from functools import lru_cache

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@lru_cache(maxsize=4096)
def nodes_of(node: ast.AST) -> tuple[ast.AST, ...]:
    """A node and all below it, level by level."""
    return tuple(ast.walk(node))


def last_name(node: ast.AST) -> str:
    """The last word of a dotted name; empty where it is none."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
