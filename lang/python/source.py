"""The source of a function: its syntax tree with the positions of the user's own file."""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import CellType
from typing import Any

from ...ir.diagnostic import Diagnostic, Label, Severity
from ...ir.span import Source, Span

_TRIES = 5


class CannotLower(Exception):
    """Carries the diagnostic that says why a function runs in direct mode."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.headline)
        self.diagnostic = diagnostic


@dataclass(frozen=True)
class FunctionSource:
    """A function with its tree, its file, and the names that it sees from outside."""

    function: Callable[..., Any]
    node: ast.FunctionDef
    source: Source

    @property
    def free(self) -> tuple[str, ...]:
        """The names of the functions around it that it reads."""
        return self.function.__code__.co_freevars

    def cell(self, name: str) -> CellType:
        """Where such a name is kept."""
        return (self.function.__closure__ or ())[self.free.index(name)]

    @classmethod
    def of(cls, function: Callable[..., Any]) -> FunctionSource:
        """Read a function's file. Raises CannotLower (SGL0501)."""
        code = getattr(function, "__code__", None)
        if code is None:
            raise CannotLower(Diagnostic("SGL0501", f"{function!r} is not a Python function"))
        if code.co_flags & inspect.CO_COROUTINE:
            headline = f"`{code.co_name}` is an `async def`, which runs as it is"
            raise CannotLower(
                Diagnostic(
                    "SGL0502", headline, helps=("`def` can be compiled; `run_async` awaits it",)
                )
            )
        text = "".join(linecache.getlines(code.co_filename, function.__globals__))
        node = definition(text, code)
        if node is None:
            headline = f"the source of `{function.__name__}` is not at hand"
            raise CannotLower(Diagnostic("SGL0501", headline))
        return cls(function, node, Source(code.co_filename, text))

    def span(self, node: ast.AST) -> Span:
        """Where a node stands in the file."""
        start = self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        end = self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        return Span(self.source, start, end)

    def _offset(self, line: int, column: int) -> int:
        """The character offset of a position of `ast`, whose columns count UTF-8 bytes."""
        start = self.source.line_starts[line - 1]
        text = self.source.line(line)
        return start + len(text.encode()[:column].decode(errors="ignore"))

    def refuse(self, code: str, node: ast.AST, headline: str, help: str = "") -> CannotLower:
        """The reason why a node can't be lowered."""
        label = Label(self.span(node))
        helps = (help,) if help else ()
        return CannotLower(Diagnostic(code, headline, (label,), helps, severity=Severity.ERROR))

    def outer(self, name: str) -> tuple[Any] | None:
        """What a name that the function does not bind means now; None when it means nothing."""
        if name in self.free:
            try:
                return (self.cell(name).cell_contents,)
            except ValueError:
                return None
        for scope in (self.function.__globals__, vars(builtins)):
            if name in scope:
                return (scope[name],)
        return None


def definition(text: str, code: Any) -> ast.FunctionDef | None:
    """The definition that a code object was compiled from."""
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first == code.co_firstlineno:
                return node
    return None


@lru_cache(maxsize=8)
def parsed(text: str) -> ast.Module:
    """The tree of a file. Nothing changes it.

    Before 3.11.8 and 3.12.2, CPython says SystemError when another parse happens while the tree of this one
    is made (gh-106905); it is then simply made again.
    """
    for _ in range(_TRIES):
        with suppress(SystemError):
            return ast.parse(text)
    return ast.parse(text)
