"""Where control goes: the jumps in a statement. Pure functions over `ast`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache


def jumps(node: ast.stmt) -> bool:
    """Whether a statement may leave the block that it is in."""
    if isinstance(node, ast.For | ast.While):
        return any(isinstance(inner, ast.Return) for inner in inside(node))
    return any(isinstance(n, ast.Return | ast.Break | ast.Continue) for n in own_jumps(node))


def returns(node: ast.stmt) -> bool:
    """Whether a statement has a `return` inside."""
    return any(isinstance(inner, ast.Return) for inner in inside(node))


def always_jumps(body: Sequence[ast.stmt]) -> bool:
    """Whether whoever enters a block never gets past its end."""
    for node in body:
        if isinstance(node, ast.Return | ast.Break | ast.Continue | ast.Raise):
            return True
        if isinstance(node, ast.If) and always_jumps(node.body) and always_jumps(node.orelse):
            return True
    return False


def is_clear(node: ast.If) -> bool:
    """Whether each side of a branch always jumps, or never does."""
    return all(
        always_jumps(side) or not any(map(jumps_out, side)) for side in (node.body, node.orelse)
    )


def jumps_out(node: ast.stmt) -> bool:
    """Whether a statement is a jump, or may leave the block that it is in."""
    return isinstance(node, ast.Return | ast.Break | ast.Continue) or jumps(node)


@lru_cache(maxsize=4096)
def own_jumps(node: ast.AST) -> Sequence[ast.stmt]:
    """The jumps inside a statement that concern it, or what is around it: looked for once."""
    found: list[ast.stmt] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            continue  # no statements in it
        if isinstance(child, ast.Return | ast.Break | ast.Continue):
            found.append(child)
        elif isinstance(child, ast.For | ast.While):
            found.extend(n for n in inside(child) if isinstance(n, ast.Return))
        elif not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            found.extend(own_jumps(child))
    return found


def inside(node: ast.AST) -> list[ast.AST]:
    """Everything inside a node, without the bodies of functions defined there."""
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        found.append(child)
        if not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            found.extend(inside(child))
    return found
