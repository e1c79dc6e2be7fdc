"""Writing one body: the frame that ops go to, what the checker found, and the door to what is inside a node.

Each kind of node has a function of its own that is given the writer and the node. Nodes hold other
nodes: those functions ask `value` and `statements`, and know nothing of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from ...ir.builder import BlockBuilder
from ...ir.diagnostic import CompileFailed, Diagnostic, Label
from ...ir.ops import BaseOp, Block, Const, Operand, Value, Yield
from ...ir.span import Span
from ...ir.types import ANY, NONE, Type
from ..check.files import Checked
from ..syntax import nodes as s
from .frame import Frame, Sites

MAX_REGIONS = 76
"""Regions in each other; the own limit of the IR is 80."""

NOTHING = Const(None, NONE)
_OpT = TypeVar("_OpT", bound=BaseOp)


@dataclass(frozen=True)
class Door:
    """The two functions through which a node's function reaches the nodes inside its own.

    `statements` gives the returned value, if they end in `return`.
    """

    value: Callable[[Writer, s.Expr], Operand]
    statements: Callable[[Writer, Sequence[s.Stmt]], Operand | None]


class Writer:
    """Writes the ops of one body. `needed` is told of every symbol that the body calls.

    `tools`: those of the body's calls, which the first turn hands to the chat template, wherever that is.
    """

    def __init__(
        self,
        checked: Checked,
        door: Door,
        needed: Callable[[object], None],
        names: Mapping[str, Operand],
    ) -> None:
        self.facts, self.effects = checked.facts, checked.effects
        self.needed = needed
        self.sites = Sites()
        self.frame = Frame(BlockBuilder(), names=dict(names))
        self._door = door
        self.tools: Operand | None = None

    def value(self, expr: s.Expr) -> Operand:
        """The value of an expression."""
        return self._door.value(self, expr)

    def statements(self, body: Sequence[s.Stmt]) -> Operand | None:
        """Write statements in order; the returned value, if they end in `return`."""
        return self._door.statements(self, body)

    def emit(self, op: _OpT) -> _OpT:
        """Add an op to the current block."""
        return self.frame.builder.emit(op)

    @contextmanager
    def region(self, span: Span, index: Operand | None = None) -> Generator[Frame]:
        """Build a block inside the current one. Raises CompileFailed where it nests too deep."""
        outer = self.frame
        if outer.depth >= MAX_REGIONS:
            raise _too_deep(span)
        self.frame = outer.inner(index)
        yield self.frame
        self.frame = outer

    @property
    def prompt(self) -> Operand:
        """The prompt as it stands."""
        assert self.frame.prompt is not None
        return self.frame.prompt

    def bind(self, name: str, value: Operand) -> None:
        """Bind a name, or (without one) the prompt."""
        if name:
            self.frame.names[name] = value
        else:
            self.frame.prompt = value

    def kind(self, expr: s.Expr) -> Type:
        """The type that the checker found."""
        return self.facts.types.get(expr, ANY)


def seal(frame: Frame, args: Sequence[Value], results: Sequence[Operand]) -> Block:
    """End a region with what it yields."""
    frame.builder.emit(Yield(tuple(results)))
    return frame.builder.seal(*args)


def _too_deep(span: Span) -> CompileFailed:
    label = Label(Span(span.source, span.start, min(span.end, span.start + 40)))
    helps = ("move the inner part to a program of its own",)
    headline = "blocks and conditions nest too deep"
    return CompileFailed([Diagnostic("SGL0021", headline, (label,), helps)])
