"""Opaque pieces of Python: what is between the prompt operations, as host functions.

A piece is compiled from the user's own syntax, with the user's line numbers, and sees the function's
globals, and the very cells of the functions around it. It is a function of all that it reads and of the old
values of all that it may write; a name that is not bound is not bound in it, and may be so after it. Values
are handed over by reference and pieces run in program order, so that a piece may change a list in place.
"""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import CellType, CodeType, FunctionType
from typing import Any

from .source import FunctionSource

_PIECE, _LOCALS, _RESULT = "__sglc_piece__", "__sglc_locals__", "__sglc_result__"


@dataclass(frozen=True)
class Signature:
    """What a piece is given, and what it gives.

    `reads`: local names, in the order of the arguments. `doubtful`: those of them that may not be bound; for
    each a truth value follows, whether it is. `writes`: names whose values are given after the result, each
    with a truth value.
    """

    reads: tuple[str, ...]
    doubtful: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


def compile_expression(
    source: FunctionSource, node: ast.expr, signature: Signature, is_ours: bool = False
) -> Callable[..., Any]:
    """The value of an expression; with `writes`, the list of it and of what they are bound to after it.

    `is_ours`: names in it are Python's own, whatever the user's file has made of them.
    """
    if not signature.writes:
        return _compile(
            source, [_at(ast.Return(copy.deepcopy(node)), node)], signature, node, is_ours
        )
    result = ast.Name(_RESULT, ast.Store())
    keep = _at(ast.Assign([result], copy.deepcopy(node)), node)
    return _gathering(source, [keep], signature, node)


def compile_statements(
    source: FunctionSource, nodes: Sequence[ast.stmt], signature: Signature
) -> Callable[..., Any]:
    """Runs statements, and gives the list of None and of what `writes` are bound to."""
    body = [copy.deepcopy(node) for node in nodes]
    return _gathering(source, body, signature, nodes[-1])


def _gathering(
    source: FunctionSource, body: list[ast.stmt], signature: Signature, at: ast.AST
) -> Callable[..., Any]:
    """The list of the result, and for each of `writes` its value and whether it is bound."""
    called = _at(ast.Call(_at(ast.Name(_LOCALS, ast.Load()), at), [], []), at)
    piece = _compile(source, [*body, _at(ast.Return(called), at)], signature, at)

    def run(*args: Any) -> list[Any]:
        left = piece(*args)
        found = [left.get(_RESULT)]
        for name in signature.writes:
            found += [left.get(name), name in left]
        return found

    return run


def _at(made: Any, node: ast.AST) -> Any:
    return ast.copy_location(made, node)


def _compile(
    source: FunctionSource,
    body: list[ast.stmt],
    signature: Signature,
    at: ast.AST,
    is_ours: bool = False,
) -> Callable[..., Any]:
    """Define the piece inside a function of the names around it, and give it the cells of the real one."""
    flags = [_flag(name) for name in signature.doubtful]
    unbind = [_unbinding(name, at) for name in signature.doubtful]
    piece = _define(_PIECE, [*signature.reads, *flags], [*unbind, *body], at)
    free = () if is_ours else source.free
    outer = _define("outer", [*free, _LOCALS], [piece], at)
    module = ast.fix_missing_locations(ast.Module([outer], type_ignores=[]))
    code = _code_in(_code_in(compile(module, source.source.name, "exec"), "outer"), _PIECE)
    cells = tuple(
        CellType(locals) if name == _LOCALS else source.cell(name) for name in code.co_freevars
    )
    code = code.replace(co_name=source.node.name, co_qualname=source.function.__qualname__)
    seen = {"__builtins__": builtins} if is_ours else source.function.__globals__
    return FunctionType(code, seen, source.node.name, None, cells)


def _flag(name: str) -> str:
    return f"__sglc_has_{name}"


def _unbinding(name: str, at: ast.AST) -> ast.stmt:
    """`if not has_x: del x`."""
    absent = ast.UnaryOp(ast.Not(), ast.Name(_flag(name), ast.Load()))
    made = ast.If(absent, [ast.Delete([ast.Name(name, ast.Del())])], [])
    for inner in ast.walk(made):
        _at(inner, at)
    return made


def _code_in(code: CodeType, name: str) -> CodeType:
    return next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name)


def _define(name: str, params: Sequence[str], body: list[ast.stmt], at: ast.AST) -> ast.FunctionDef:
    given = ast.arguments(
        posonlyargs=[], args=[ast.arg(param) for param in params], kwonlyargs=[], kw_defaults=[],
        defaults=[],
    )  # fmt: skip
    made = ast.FunctionDef(name, given, body, decorator_list=[])
    made.__dict__.setdefault("type_params", [])
    return _at(made, at)
