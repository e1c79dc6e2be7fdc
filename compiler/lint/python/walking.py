"""All nodes below one, listed once: loops and methods are looked through each time they are followed."""

from __future__ import annotations

import ast
from functools import lru_cache


@lru_cache(maxsize=4096)
def nodes_of(node: ast.AST) -> tuple[ast.AST, ...]:
    """A node and all below it, level by level."""
    return tuple(ast.walk(node))
