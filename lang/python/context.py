"""What the kinds of nodes are given: the block under construction, the function, host pieces, and one door.

Each kind of node has a file of functions, and imports only kinds that it is made of. What is truly recursive
(a statement contains expressions, and a call in one of them inlines statements) goes through `Door`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ...ir.builder import BlockBuilder
from ...ir.diagnostic import Diagnostic, Label, Severity
from ...ir.module import Extern
from ...ir.ops import BaseOp, Const, Operand, Value
from ...ir.span import Span
from ...ir.types import ANY, BOOL, FLOAT, INT, NONE, STR, Type
from .blocks import Blocks
from .numbering import site_of
from .outside import Outside
from .scope import Meaning, Scope, StateData
from .sites import Attempt
from .source import CannotLower, FunctionSource
from .tools import Tool

_OpT = TypeVar("_OpT", bound=BaseOp)
NOTHING = Const(None, NONE)
TRUE, FALSE = Const(True, BOOL), Const(False, BOOL)
SCALARS = (STR, INT, FLOAT, BOOL)


@dataclass(frozen=True)
class Door:
    """The way from a kind of node to all kinds.

    The operand of any expression, a list of any statements, and what a name is that is bound to an expression.
    """

    value: Callable[[Lowering, ast.expr], Operand]
    block: Callable[[Lowering, list[ast.stmt]], None]
    meaning: Callable[[Lowering, ast.expr], Meaning]


@dataclass
class Frame:
    """The function whose body is being lowered: the program's, or a helper's in place of its call.

    `prefix` is the site of that call, `calling` the functions that led there, `loops` how many loops are around.
    """

    source: FunctionSource
    calling: tuple[Callable[..., Any], ...]
    prefix: str = ""
    loops: int = 0

    def local_names(self) -> frozenset[str]:
        """The names that the function binds itself, somewhere."""
        code = self.source.function.__code__
        return frozenset((*code.co_varnames, *code.co_cellvars))


@dataclass
class Hosts:
    """The opaque pieces of Python, by the name of the extern that calls them."""

    pieces: dict[str, Callable[..., Any]] = field(default_factory=dict[str, Callable[..., Any]])
    externs: list[Extern] = field(default_factory=list[Extern])

    def add(
        self,
        piece: Callable[..., Any],
        params: tuple[str, ...],
        kind: Type,
        span: Span,
        line: int,
        promise: str = "",
    ) -> str:
        """The name of a new extern for a piece; its parameters take anything. `promise`: pure, total, or nothing."""
        name = f"line_{line}_{len(self.externs) + 1}"
        self.pieces[name] = piece
        taken = tuple((each, ANY) for each in params)
        promises = (promise == "pure", promise == "total")
        self.externs.append(Extern(name, taken, kind, *promises, span=span))
        return name

    @contextmanager
    def trial(self, attempt: Attempt) -> Generator[None]:
        """Whatever is added inside is forgotten, unless the attempt is kept."""
        externs = len(self.externs)
        try:
            yield
        finally:
            if not attempt.is_kept:
                for extern in self.externs[externs:]:
                    del self.pieces[extern.name]
                del self.externs[externs:]


@dataclass
class Lowering:
    """One function on its way to the IR.

    `makes_marks`: a piece of Python in it may make what `gen` makes, and put it where a later one finds it.
    `asked`: the names that calls bind in a helper, and in those that it calls.
    `counted`: the calls that are counted, each with how many arms stand around the loop that they are in.
    `of_any_kind`: the reasons to refuse what is appended and may then be such a thing.
    `tools`: those of its calls, which the first turn of each prompt hands to the chat template.
    """

    door: Door
    frame: Frame
    defaults: Mapping[str, Any]
    blocks: Blocks = field(default_factory=Blocks)
    hosts: Hosts = field(default_factory=Hosts)
    outside: Outside = field(default_factory=Outside)
    schemas: dict[str, type] = field(default_factory=dict[str, type])
    lengths: dict[Value, int] = field(default_factory=dict[Value, int])
    missing: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    kept: dict[tuple[Any, ...], Value] = field(default_factory=dict)
    suspects: set[Value] = field(default_factory=set[Value])
    warnings: dict[str, Diagnostic] = field(default_factory=dict[str, Diagnostic])
    makes_marks: bool = False
    of_any_kind: list[CannotLower] = field(default_factory=list[CannotLower])
    arm_items: dict[Value, tuple[str, Operand]] = field(
        default_factory=dict[Value, tuple[str, Operand]]
    )
    asked: dict[Callable[..., Any], list[str]] = field(
        default_factory=dict[Callable[..., Any], list[str]]
    )
    counted: dict[str, int] = field(default_factory=dict[str, int])
    by_hand: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    tools: tuple[Tool, ...] = ()

    @property
    def scope(self) -> Scope:
        """What names mean here."""
        return self.blocks.scope

    def value(self, node: ast.expr) -> Operand:
        """The value of an expression of any kind."""
        return self.door.value(self, node)

    def block(self, body: list[ast.stmt]) -> None:
        """Lower statements of any kind."""
        self.door.block(self, body)

    def span(self, node: ast.AST) -> Span:
        """Where a node stands in the user's file."""
        return self.frame.source.span(node)

    def refuse(self, code: str, node: ast.AST, headline: str, help: str = "") -> CannotLower:
        """The reason why a node can't be lowered."""
        return self.frame.source.refuse(code, node, headline, help)

    def warn(self, code: str, node: ast.AST, headline: str, help: str) -> None:
        """Say something of a node, once."""
        found = Diagnostic(
            code, headline, (Label(self.span(node)),), (help,), severity=Severity.WARNING
        )
        self.warnings.setdefault(str(found), found)

    def emit(self, op: _OpT, node: ast.AST) -> _OpT:
        """Add an op to the current block."""
        return self.blocks.emit(op, self.span(node))

    def emit_on(self, state: int, op: _OpT, node: ast.AST) -> _OpT:
        """Add an op that belongs to a state."""
        return self.blocks.emit_on(state, op, self.span(node))

    def flush(self) -> None:
        """Run the arms that wait."""
        self.blocks.flush()

    def region(self, scope: Scope, write: Callable[[], None]) -> tuple[BlockBuilder, Scope]:
        """Write a block of its own, in a scope of its own."""
        return self.blocks.region(scope, write)

    def place(self, node: ast.AST) -> str:
        """Which call of the source one is: its number in its function, behind those of the calls that lead there."""
        end = (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        return f"{self.frame.prefix}{site_of(self.frame.source.node, end)}"

    def site(self, place: str, indices: tuple[Operand, ...]) -> str:
        """The site of a call here, and of one that is made again another one."""
        return self.blocks.sites.site(place, indices)

    def state(self, number: int) -> StateData:
        """A state as it stands."""
        return self.scope.states[number]

    def noted_missing(self, number: int, name: str, is_missing: bool) -> None:
        """A variable of a state was looked for. A loop asks which were not there when its body began."""
        if is_missing:
            self.missing.add((number, name))

    @contextmanager
    def trial(self) -> Generator[Attempt]:
        """Whatever is lowered inside is forgotten, unless it is kept."""
        attempt, disturbed = Attempt(), self.outside.is_disturbed
        with self.blocks.trial(attempt), self.hosts.trial(attempt):
            try:
                yield attempt
            finally:
                if not attempt.is_kept:
                    self.outside.is_disturbed = disturbed
