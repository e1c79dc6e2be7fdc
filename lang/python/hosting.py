"""Calls of opaque pieces: an expression, statements, or an expression of ours, as a `host` op."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...ir.ops import Const, Host, Operand, Value
from ...ir.types import ANY, OptionalType, Type
from .context import Lowering
from .pieces import compile_expression, compile_statements, names_read
from .scope import Variable


def known(low: Lowering, names: Sequence[str]) -> dict[str, Operand]:
    """Those of the names that are bound to values here."""
    bound = {name: low.scope.names.get(name) for name in names}
    return {name: v for name, v in bound.items() if isinstance(v, Value | Const)}


def host_expression(
    low: Lowering, node: ast.expr, given: Mapping[str, Operand], kind: Type = ANY, hint: str = ""
) -> Value:
    """The value of an expression that Python computes. `given`: names that stand for values."""
    args = {**known(low, sorted(names_read([node]))), **given}
    piece = compile_expression(low.frame.source, node, list(args))
    return _host(low, piece, args, kind, node, hint)


def host_statements(
    low: Lowering, nodes: Sequence[ast.stmt], given: Mapping[str, Operand], writes: Sequence[str]
) -> Value:
    """Statements that Python runs; the list of the values of `writes`."""
    args = {**known(low, sorted(names_read(nodes))), **given}
    piece = compile_statements(low.frame.source, nodes, list(args), writes)
    return _host(low, piece, args, ANY, nodes[0], "written")


def host_source(
    low: Lowering,
    text: str,
    given: Mapping[str, Operand],
    node: ast.AST,
    kind: Type = ANY,
    hint: str = "",
) -> Value:
    """The value of an expression of ours, which stands where `node` does."""
    made = ast.parse(text, mode="eval").body
    for inner in ast.walk(made):
        ast.copy_location(inner, node)
    return host_expression(low, made, given, kind, hint)


def read(low: Lowering, variable: Variable, name: str, node: ast.expr) -> Operand:
    """The value of a variable of a state; where a path may not have bound it, that is checked."""
    if variable.certain:
        return variable.value
    kind = variable.value.type
    plain = kind.item if isinstance(kind, OptionalType) else kind
    missing = f"(_ for _ in ()).throw(KeyError({name!r}))"
    text = f"_bound if _bound is not None else {missing}"
    return host_source(low, text, {"_bound": variable.value}, node, plain, name)


def _host(
    low: Lowering,
    piece: Callable[..., Any],
    args: Mapping[str, Operand],
    kind: Type,
    node: ast.AST,
    hint: str,
) -> Value:
    low.flush()
    line: int = node.lineno  # type: ignore[attr-defined]
    name = low.hosts.add(piece, tuple(args), kind, low.span(node), line)
    op = Host(result=Value(kind, hint), extern=name, args=tuple(args.values()))
    return low.emit(op, node).result
