"""What a trimming chat template makes of text that is appended bit by bit: what is written, what is held back.

White space at the end of a turn's content is written only once something follows it, and what a turn
begins with only once it is known not to be white space. Literals are decided at compile time, values by
pure operations at run time. Used by `turn_trims` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...ir.ops import Block, Builtin, Const, Format, If, Insert, Op, Operand, Text, Value, Yield
from ...ir.span import Span
from ...ir.target.turns import Trim
from ...ir.types import BOOL, PROMPT, STR

NOTHING_TRIMMED = Trim()
Piece = str | Value | Const
"""White space of a literal, or a value."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A prompt inside a turn: `base` has been written, `held` follows it.

    `started`: whether the content shows anything yet; a value where only the run can tell. `loose`: what is trimmed
    of `base` itself, since a model said it and only the run can tell how that begins and ends. `begin`: the prompt
    that the content stands on; None where it is another on each path, or out of sight.
    """

    base: Operand
    trim: Trim
    started: bool | Value = False
    held: tuple[Piece, ...] = ()
    loose: Trim = NOTHING_TRIMMED
    begin: Operand | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the prompt is exactly `base`, whatever follows."""
        return self.started is True and not self.held

    @property
    def shape(self) -> tuple[object, ...] | None:
        """What two edges must agree in to be joined without a run-time value; None when they can't."""
        if isinstance(self.started, Value) or any(
            not isinstance(piece, str) for piece in self.held
        ):
            return None
        return (self.trim, self.started, "".join(map(str, self.held)))


class EdgeWriter:
    """Emits the ops that move an edge along; take them with `drain`."""

    def __init__(self) -> None:
        self._ops: list[Op] = []

    def drain(self) -> list[Op]:
        """The ops emitted since the last call."""
        ops, self._ops = self._ops, []
        return ops

    def restore(self, ops: Sequence[Op]) -> None:
        """Put drained ops back, before what was emitted since."""
        self._ops = [*ops, *self._ops]

    def text(self, edge: Edge, op: Text) -> Edge:
        """Append a literal."""
        body = op.text.strip()
        if not body:
            return self._hold(edge, op.text, op.span)
        lead, trail = op.text[: -len(op.text.lstrip())], op.text[len(op.text.rstrip()) :]
        shape = edge.shape
        if shape is not None:
            body = f"{shape[2]}{lead}{body}" if edge.started else body
            edge = replace(edge, started=True, held=())
        else:
            edge = self._start(edge, lead, op.span)
        if not edge.trim.right:
            body, trail = body + trail, ""
        base = self._emit_text(edge.base, body, op)
        loose = replace(edge.loose, right=False)
        return replace(edge, base=base, held=(trail,) if trail else (), loose=loose)

    def value(self, edge: Edge, value: Value | Const, span: Span | None) -> Edge:
        """Append a value; it is written once its edges are known."""
        return self._hold(edge, value, span)

    def close(self, edge: Edge, span: Span | None) -> Edge:
        """The content ends here, or is asked about here: what is held loses its white space."""
        values = [piece for piece in edge.held if not isinstance(piece, str)]
        if values:
            text = self.held(edge)
            text = self._left(edge.started, text) if edge.trim.left else text
            text = self._builtin("rstrip", text) if edge.trim.right else text
            edge = replace(edge, base=self._emit_insert(edge.base, text, span))
        return replace(edge, started=True, held=())

    def written(self, edge: Edge, span: Span | None) -> Operand:
        """The prompt with all that is held, as the template shows it once something visible follows."""
        return self._start(edge, "", span).base

    def held(self, edge: Edge) -> Operand:
        """What is held back, as one string."""
        parts = tuple(Const(piece, STR) if isinstance(piece, str) else piece for piece in edge.held)
        if len(parts) == 1 and parts[0].type == STR:
            return parts[0]
        return self._emit(Format(Value(STR, "held"), parts)) if parts else Const("", STR)

    def _hold(self, edge: Edge, piece: Piece, span: Span | None) -> Edge:
        if edge.started is True and not edge.trim.right:
            return replace(edge, base=self._write(edge.base, (piece,), span))
        only_space = edge.started is False and all(
            isinstance(held, str) for held in (*edge.held, piece)
        )
        if only_space and edge.trim.left:
            return edge
        return replace(edge, held=(*edge.held, piece))

    def _start(self, edge: Edge, lead: str, span: Span | None) -> Edge:
        """Write what is held and the white space after it, now that something visible follows."""
        held = replace(edge, held=(*edge.held, lead) if lead else edge.held)
        if edge.started is True or not edge.trim.left:
            base = self._write(edge.base, held.held, span)
        elif edge.started is False and not any(
            isinstance(piece, Value | Const) for piece in held.held
        ):
            base = edge.base
        else:
            base = self._emit_insert(edge.base, self._left(edge.started, self.held(held)), span)
        return replace(edge, base=base, started=True, held=())

    def _left(self, started: bool | Value, text: Operand) -> Operand:
        """The text without leading white space, unless the content has started."""
        if started is True:
            return text
        if started is False:
            return self._builtin("lstrip", text)
        result = Value(STR, "held")
        shown = Value(STR, "held")
        trimmed = Block((), (Builtin(shown, "lstrip", (text,)), Yield((shown,))))
        self._ops.append(If((result,), started, Block((), (Yield((text,)),)), trimmed))
        return result

    def _write(self, base: Operand, pieces: Sequence[Piece], span: Span | None) -> Operand:
        for piece in pieces:
            if isinstance(piece, str):
                base = self._emit(Text(Value(PROMPT), base, piece, span=span))
            else:
                base = self._emit_insert(base, piece, span)
        return base

    def _emit_text(self, base: Operand, text: str, op: Text) -> Operand:
        return self._emit(replace(op, result=Value(PROMPT, op.result.hint), prompt=base, text=text))

    def _emit_insert(self, base: Operand, value: Operand, span: Span | None) -> Operand:
        return self._emit(Insert(Value(PROMPT), base, value, span=span))

    def _builtin(self, name: str, text: Operand) -> Operand:
        return self._emit(Builtin(Value(STR, "held"), name, (text,)))

    def _emit(self, op: Text | Insert | Format | Builtin) -> Value:
        self._ops.append(op)
        return op.result


def started_operand(started: bool | Value) -> Operand:
    """`started` as an operand that a region can yield."""
    return started if isinstance(started, Value) else Const(started, BOOL)
