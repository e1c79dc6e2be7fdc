"""Opaque pieces of Python: what is between the prompt operations, as host functions.

A piece is compiled from the user's own syntax, with the user's line numbers, and sees the function's
globals and closure. It is given the local names that it reads, and gives those that it writes. Values are
handed over by reference and pieces run in program order, so that a piece may change a list in place.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from typing import Any

from .source import FunctionSource


def names_read(nodes: Sequence[ast.AST]) -> set[str]:
    """Every name that is loaded, or written where the old value matters."""
    found: set[str] = set()
    for root in nodes:
        for node in ast.walk(root):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
    return found


def names_written(nodes: Sequence[ast.AST]) -> list[str]:
    """Every local name that statements bind, in order; names of inner functions are their own."""
    found: dict[str, None] = {}
    for root in nodes:
        _collect_written(root, found)
    return list(found)


def _collect_written(node: ast.AST, found: dict[str, None]) -> None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        found[node.name] = None
        return
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr) and isinstance(inner.target, ast.Name):
                found[inner.target.id] = None
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        found[node.id] = None
    if isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            found[(alias.asname or alias.name).split(".")[0]] = None
    if isinstance(node, ast.ExceptHandler) and node.name:
        found[node.name] = None
    for child in ast.iter_child_nodes(node):
        _collect_written(child, found)


def compile_expression(
    source: FunctionSource, node: ast.expr, reads: Sequence[str]
) -> Callable[..., Any]:
    """A function of `reads` that gives the value of an expression."""
    return _compile(source, [_at(ast.Return(copy.deepcopy(node)), node)], reads, node)


def compile_statements(
    source: FunctionSource, nodes: Sequence[ast.stmt], reads: Sequence[str], writes: Sequence[str]
) -> Callable[..., Any]:
    """A function of `reads` that runs statements and gives the list of the names in `writes`.

    A name that no path bound is None.
    """
    at = nodes[-1]
    values = [f"locals().get({name!r})" for name in writes]
    gather = ast.parse(f"[{', '.join(values)}]", mode="eval").body
    for inner in ast.walk(gather):
        ast.copy_location(inner, at)
    body = [copy.deepcopy(node) for node in nodes]
    return _compile(source, [*body, _at(ast.Return(gather), at)], reads, at)


def _at(made: Any, node: ast.AST) -> Any:
    return ast.copy_location(made, node)


def _compile(
    source: FunctionSource, body: list[ast.stmt], reads: Sequence[str], at: ast.AST
) -> Callable[..., Any]:
    """Define the piece inside a function of the closure's names, so that it sees them."""
    name = source.node.name
    piece = _define(name, reads, body, at)
    outer = _define("outer", list(source.closure), [piece, _return_name(name, at)], at)
    module = ast.fix_missing_locations(ast.Module([outer], type_ignores=[]))
    found: dict[str, Any] = {}
    exec(compile(module, source.source.name, "exec"), source.function.__globals__, found)
    return found["outer"](*source.closure.values())


def _define(name: str, params: Sequence[str], body: list[ast.stmt], at: ast.AST) -> ast.FunctionDef:
    given = ast.arguments(
        posonlyargs=[], args=[ast.arg(param) for param in params], kwonlyargs=[], kw_defaults=[],
        defaults=[],
    )  # fmt: skip
    made = ast.FunctionDef(name, given, body, decorator_list=[])
    made.__dict__.setdefault("type_params", [])
    return _at(made, at)


def _return_name(name: str, at: ast.AST) -> ast.stmt:
    return _at(ast.Return(_at(ast.Name(name, ast.Load()), at)), at)
