"""What the checker found out about the nodes of a tree; the lowering and the editor read it.

Nodes compare by identity, so a fact belongs to one place in one file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...ir.span import Span
from ...ir.types import ANY, Type
from ..syntax import nodes as s
from .symbols import ExternSymbol, FragmentSymbol, ProgramSymbol, Symbol


@dataclass(frozen=True, eq=False)
class BuiltinCall:
    """A call of a pure function; arguments in order."""

    name: str
    args: tuple[s.Expr, ...]


@dataclass(frozen=True, eq=False)
class SymbolCall:
    """A call of a program, a host function or a fragment; None stands for a default."""

    symbol: ExternSymbol | ProgramSymbol | FragmentSymbol
    args: tuple[s.Expr | None, ...]


@dataclass(frozen=True, eq=False)
class GenCall:
    """A `gen`: its options by name, and the type of one answer.

    `tools`: the host functions that it may call; `must_call`: it answers with a call; `several`: with one, or more.
    """

    options: dict[str, s.Expr]
    answer: Type
    tools: tuple[ExternSymbol, ...] = ()
    must_call: bool = False
    several: bool = False

    @property
    def thinks(self) -> bool:
        """Whether reasoning is asked for, and stands beside the answer."""
        value = self.options.get("thinking")
        return isinstance(value, s.Literal) and value.value == "on"


@dataclass(frozen=True, eq=False)
class SelectCall:
    """A `select` (or a `gen` with choices): the choices, or one list of them, and the method."""

    choices: tuple[s.Expr, ...]
    listed: s.Expr | None
    method: str


@dataclass(frozen=True, eq=False)
class MockFact:
    """A mock: of the calls that a program binds to a name, or of a host function.

    `listed`: the value is a list with one answer per call, in source order.
    """

    name: str
    program: ProgramSymbol | None = None
    extern: ExternSymbol | None = None
    answer: Type = ANY
    listed: bool = False


def reasoning_of(name: str) -> str:
    """The name under which the reasoning of an answer stands beside it."""
    return f"{name}.thinking"


CallFact = BuiltinCall | SymbolCall | GenCall | SelectCall


@dataclass(eq=False)
class Facts:
    """Everything known about a file and what it imports.

    `types`: of expressions. `symbols`: of names that are not local. `calls`: of calls and of `use`.
    `bindings`: where the local name that stands at a node was bound, with its type.
    `reasoning`: fields that stand for the reasoning of an answer.
    `mocks`: what the mocks of tests stand for. `carried`: the types of names that a loop carries.
    """

    types: dict[s.Node, Type] = field(default_factory=dict)
    symbols: dict[s.Node, Symbol] = field(default_factory=dict)
    calls: dict[s.Node, CallFact] = field(default_factory=dict)
    bindings: dict[s.Node, tuple[Span, Type]] = field(default_factory=dict)
    reasoning: set[s.Node] = field(default_factory=set)
    mocks: dict[s.Mock, MockFact] = field(default_factory=dict)
    carried: dict[s.Node, dict[str, Type]] = field(default_factory=dict)
