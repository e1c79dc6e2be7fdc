"""Opaque pieces of Python: what is between the prompt operations, as host functions.

A piece is compiled from the user's own syntax, with the user's line numbers, and sees the function's
globals, and the very cells of the functions around it. It is a function of all that it reads and of the old
values of all that it may write; a name that is not bound is not bound in it, and may be so after it. Values
are handed over by reference and pieces run in program order, so that a piece may change a list in place.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CellType, CodeType, FunctionType
from typing import Any

from .copying import copied, placed
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
    source: FunctionSource, node: ast.expr, signature: Signature
) -> Callable[..., Any]:
    """The value of an expression; with `writes`, the list of it and of what they are bound to after it."""
    if not signature.writes:
        return _compile(source, [_at(ast.Return(copied(node)), node)], signature, node)
    result = ast.Name(_RESULT, ast.Store())
    keep = _at(ast.Assign([result], copied(node)), node)
    return _gathering(source, [keep], signature, node)


def compile_ours(
    source: FunctionSource, text: str, reads: tuple[str, ...], at: ast.AST
) -> Callable[..., Any]:
    """The value of an expression of ours: names in it are Python's own, whatever the user's file made of them.

    It stands where `at` does. What is said alike of many places, as `bool(_value)`, is compiled once, and moved.
    """
    first, last = at.lineno, at.end_lineno  # type: ignore[attr-defined]
    columns = at.col_offset, at.end_col_offset  # type: ignore[attr-defined]
    code = _moved(_ours(text, reads, last - first, columns), source.source.name, first - 1)
    code = code.replace(co_name=source.node.name, co_qualname=source.function.__qualname__)
    return FunctionType(code, {"__builtins__": builtins}, source.node.name)


@lru_cache(maxsize=1024)
def _ours(text: str, reads: tuple[str, ...], lines: int, columns: tuple[int, int]) -> CodeType:
    """The code of an expression, as if it stood in the first line of a file."""
    where = {"lineno": 1, "col_offset": columns[0]}
    place = ast.Pass(**where, end_lineno=1 + lines, end_col_offset=columns[1])
    made = ast.parse(text, mode="eval").body
    for inner in ast.walk(made):
        _at(inner, place)
    piece = _define(_PIECE, reads, [_at(ast.Return(made), place)], place)
    placed(piece, 1, columns[0])
    return _code_in(compile(ast.Module([piece], type_ignores=[]), "", "exec"), _PIECE)


def _moved(code: CodeType, file: str, lines: int) -> CodeType:
    """Code, with that of the functions in it, of another file, and so many lines further down."""
    inner = (_moved(c, file, lines) if isinstance(c, CodeType) else c for c in code.co_consts)
    first = code.co_firstlineno + lines
    return code.replace(co_filename=file, co_firstlineno=first, co_consts=tuple(inner))


def compile_statements(
    source: FunctionSource, nodes: Sequence[ast.stmt], signature: Signature
) -> Callable[..., Any]:
    """Runs statements, and gives the list of None and of what `writes` are bound to."""
    body = [copied(node) for node in nodes]
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
) -> Callable[..., Any]:
    """Define the piece inside a function of the names around it, and give it the cells of the real one."""
    flags = [_flag(name) for name in signature.doubtful]
    unbind = [_unbinding(name, at) for name in signature.doubtful]
    piece = _define(_PIECE, [*signature.reads, *flags], [*unbind, *body], at)
    outer = _define("outer", [*source.free, _LOCALS], [piece], at)
    placed(outer, outer.lineno, outer.col_offset)
    module = compile(ast.Module([outer], type_ignores=[]), source.source.name, "exec")
    code = _code_in(_code_in(module, "outer"), _PIECE)
    cells = tuple(
        CellType(locals) if name == _LOCALS else source.cell(name) for name in code.co_freevars
    )
    code = code.replace(co_name=source.node.name, co_qualname=source.function.__qualname__)
    return FunctionType(code, source.function.__globals__, source.node.name, None, cells)


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
