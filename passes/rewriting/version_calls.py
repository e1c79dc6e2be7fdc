"""Calls in several versions: asked in one, and what was said is said again in the others (`echo`)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...ir.ops import Block, Echo, Fork, Gen, Op, Operand, Select, Value, Yield
from ...ir.span import Span
from ...ir.target.turns import TurnModel
from ...ir.types import INT, PROMPT
from ..analysis.turn_futures import TurnFutures
from ..analysis.turn_states import TurnStates
from .version_edges import pasts_of
from .version_table import NOTHING, VersionTable


@dataclass(frozen=True, slots=True)
class Again:
    """A turn that is written again: behind which text it was asked, and behind which it goes on."""

    asked: str
    later: str
    span: Span | None


class CallWriter:
    """Writes calls, and notes the turns that are written again."""

    def __init__(
        self, table: VersionTable, states: TurnStates, futures: TurnFutures, model: TurnModel
    ) -> None:
        self._table, self._states, self._futures, self._model = table, states, futures, model
        self._again: dict[tuple[str, str], Again] = {}

    @property
    def again(self) -> list[Again]:
        """The turns that are written again."""
        return list(self._again.values())

    def call(self, op: Gen | Select) -> list[Op]:
        """The call on the version that it is asked with, and its prompts in all of theirs."""
        asked = self._futures.asked(op)
        source = self._table.get(op.source, NOTHING if asked is None else asked)
        ops: list[Op] = [replace(op, source=source)]
        if op.prompt is not None:
            ops += self._said(op, op.prompt, source)
        if isinstance(op, Gen) and op.samples is not None:
            ops += self._samples(op, op.samples, source)
        return ops

    def _said(self, op: Gen | Select, said: Value, source: Operand) -> list[Op]:
        """What was said, in the version that was asked and again in all others."""
        ops: list[Op] = []
        again: dict[Operand, Value] = {source: said}
        for future in self._table.wanted(said):
            base = self._table.get(op.source, future)
            if future in self._model.drops:
                self._table.put(said, future, base)
                continue
            if base not in again:
                again[base] = Value(PROMPT, said.hint)
                apart = self._is_apart(op, future)
                ops.append(Echo(again[base], base, source, said, apart=apart, span=op.span))
            self._table.put(said, future, again[base])
        return ops

    def _is_apart(self, op: Gen | Select, future: int) -> bool:
        """Whether the turn was asked behind another text than it goes on from; notes it."""
        asked = self._futures.asked(op)
        for past in pasts_of(self._states, op.source):
            texts = [self._model.gaps.get((past, f), "") for f in (asked, future) if f is not None]
            if len(set(texts)) > 1:
                again = Again(*_where_they_part(*texts), op.span)
                self._again.setdefault((again.asked, again.later), again)
                return True
        return False

    def _samples(self, op: Gen, samples: Value, source: Operand) -> list[Op]:
        ops: list[Op] = []
        again: dict[Operand, Value] = {source: samples}
        for future in self._table.wanted(samples):
            base = self._table.get(op.source, future)
            if base not in again:
                again[base] = Value(samples.type, samples.hint)
                item, told = Value(PROMPT), Value(PROMPT)
                echo = Echo(told, base, source, item, span=op.span)
                body = Block((Value(INT, "sample"), item), (echo, Yield((told,))))
                ops.append(Fork((again[base],), samples, (body,), span=op.span))
            self._table.put(samples, future, again[base])
        return ops


def _where_they_part(asked: str, later: str) -> tuple[str, str]:
    """Two texts without the markers that they begin with alike."""
    same = 0
    for at, (a, b) in enumerate(zip(asked, later, strict=False), 1):
        if a != b:
            break
        same = at if a in ">]\n" else same
    return asked[same:], later[same:]
