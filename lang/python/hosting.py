"""Calls of opaque pieces: an expression, statements, or an expression of ours, as a `host` op."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from ...ir.ops import Const, Host, Index, Operand, Value
from ...ir.types import ANY, INT, OptionalType, Type
from .context import TRUE, Lowering
from .names import names_read, names_unbound, names_written, surely_binds
from .pieces import Signature, compile_expression, compile_ours, compile_statements
from .quiet import is_quiet
from .scope import Variable


def host_expression(
    low: Lowering, node: ast.expr, given: Mapping[str, Operand], kind: Type = ANY, hint: str = ""
) -> Value:
    """The value of an expression that Python computes. `given`: names that stand for values.

    What it binds on the way (`:=`) is bound afterwards.
    """
    signature, args = _signature(low, [node], given)
    piece = compile_expression(low.frame.source, node, signature)
    disturbs = not is_quiet(low, [node])
    if not signature.writes:
        return _host(low, piece, args, kind, node, hint, disturbs)
    written = _host(low, piece, args, ANY, node, "written", disturbs)
    found = _element(low, written, 0, node, hint)
    _bind_written(low, written, signature.writes, node)
    return found if kind == ANY else host_source(low, "_value", {"_value": found}, node, kind, hint)


def host_statement(low: Lowering, node: ast.stmt, given: Mapping[str, Operand]) -> None:
    """A statement that Python runs; what it binds and unbinds is so afterwards."""
    signature, args = _signature(low, [node], given)
    piece = compile_statements(low.frame.source, [node], signature)
    disturbs = not is_quiet(low, [node])
    written = _host(low, piece, args, ANY, node, "written", disturbs)
    _bind_written(low, written, signature.writes, node)


def host_source(
    low: Lowering,
    text: str,
    given: Mapping[str, Operand],
    node: ast.AST,
    kind: Type = ANY,
    hint: str = "",
) -> Value:
    """The value of an expression of ours over `given`, which stands where `node` does."""
    piece = compile_ours(low.frame.source, text, tuple(given), node)
    return _host(low, piece, given, kind, node, hint, disturbs=False)


def host_call(
    low: Lowering,
    function: Callable[..., Any],
    args: Sequence[Operand],
    node: ast.AST,
    kind: Type,
    disturbs: bool = True,
) -> Value:
    """The value of a call of a function of ours, which may run code of the user's."""
    named = {f"arg{number}": arg for number, arg in enumerate(args)}
    return _host(low, function, named, kind, node, "", disturbs)


def host_promised(
    low: Lowering,
    function: Callable[..., Any],
    args: Sequence[Operand],
    node: ast.AST,
    promise: Literal["pure", "total"],
) -> Value:
    """The value of a call of a function of the user's, of which something is promised."""
    named = {f"arg{number}": arg for number, arg in enumerate(args)}
    return _host(low, function, named, ANY, node, "", disturbs=promise != "pure", promise=promise)


def bound(low: Lowering, name: str, node: ast.expr) -> Operand:
    """The value of a local name; where it may not be bound, Python's error if it isn't."""
    meaning, flag = low.scope.names[name], low.scope.flag(name)
    assert isinstance(meaning, Value | Const)
    if flag == TRUE:
        return meaning
    kind = meaning.type.item if isinstance(meaning.type, OptionalType) else meaning.type
    message = f"cannot access local variable '{name}' where it is not associated with a value"
    text = f"_value if _has else (_ for _ in ()).throw(UnboundLocalError({message!r}))"
    found = host_source(low, text, {"_value": meaning, "_has": flag}, node, kind, name)
    low.scope.bind(name, found)
    return found


def read(low: Lowering, variable: Variable, name: str, node: ast.expr) -> Operand:
    """The value of a variable of a state; where a path may not have bound it, that is checked."""
    if variable.certain:
        return variable.value
    kind = variable.value.type
    plain = kind.item if isinstance(kind, OptionalType) else kind
    missing = f"(_ for _ in ()).throw(KeyError({name!r}))"
    text = f"_bound if _bound is not None else {missing}"
    return host_source(low, text, {"_bound": variable.value}, node, plain, name)


def _signature(
    low: Lowering, nodes: Sequence[ast.AST], given: Mapping[str, Operand]
) -> tuple[Signature, dict[str, Operand]]:
    """What a piece of the user's is given: names that it reads, and the old values of those it may write."""
    writes = names_written(nodes)
    values: dict[str, Operand] = {}
    flags: dict[str, Operand] = {}
    for name in sorted({*names_read(nodes), *writes} - set(given)):
        meaning = low.scope.names.get(name)
        if isinstance(meaning, Value | Const):
            values[name] = meaning
            if low.scope.flag(name) != TRUE:
                flags[name] = low.scope.flag(name)
    signature = Signature((*values, *given), tuple(flags), tuple(writes))
    named = {**values, **given, **{f"__has_{name}": flag for name, flag in flags.items()}}
    return signature, named


def _bind_written(low: Lowering, written: Value, writes: Sequence[str], node: ast.AST) -> None:
    """Bind what a piece has left behind: the value of each name, and whether it is bound."""
    unbound = names_unbound(node)
    for number, name in enumerate(writes):
        value = _element(low, written, 2 * number + 1, node, name)
        was_bound = name in low.scope.names and low.scope.flag(name) == TRUE
        is_sure = isinstance(node, ast.stmt) and surely_binds(node, name)
        if name not in unbound and (is_sure or was_bound):
            low.scope.bind(name, value)
        else:
            low.scope.bind(name, value, _element(low, written, 2 * number + 2, node, "bound"))


def _element(low: Lowering, written: Value, number: int, node: ast.AST, hint: str) -> Value:
    op = Index(result=Value(ANY, hint), items=written, index=Const(number, INT))
    return low.emit(op, node).result


def _host(
    low: Lowering,
    piece: Callable[..., Any],
    args: Mapping[str, Operand],
    kind: Type,
    node: ast.AST,
    hint: str,
    disturbs: bool,
    promise: Literal["pure", "total", ""] = "",
) -> Value:
    low.flush()
    if disturbs:
        low.outside.is_disturbed = True
    line: int = node.lineno  # type: ignore[attr-defined]
    name = low.hosts.add(piece, tuple(args), kind, low.span(node), line, promise)
    op = Host(
        result=Value(kind, hint),
        extern=name,
        args=tuple(args.values()),
        pure=promise == "pure",
        total=promise == "total",
    )
    return low.emit(op, node).result
