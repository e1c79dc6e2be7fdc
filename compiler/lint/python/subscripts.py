"""Subscripts in other forms: a method's name, a slice that has a name of its own."""

from __future__ import annotations

import ast


def dunder(node: ast.Subscript, name: str) -> ast.Attribute:
    return ast.copy_location(ast.Attribute(node.value, name, ast.Load()), node)


def written_out(node: ast.Subscript, held: slice) -> ast.Subscript:
    """A subscript by a slice that has a name, as if it stood there."""
    inner = ast.parse(f"x[{_end(held.start)}:{_end(held.stop)}]", mode="eval").body
    assert isinstance(inner, ast.Subscript)
    return ast.copy_location(ast.Subscript(node.value, inner.slice, node.ctx), node)


def _end(bound: object) -> str:
    return "" if bound is None else str(bound)
