"""The edges of turns as text: what the template writes where a turn begins or ends, for each of its futures."""

from __future__ import annotations

import json
from dataclasses import replace

from ...ir.ops import Const, Mark, Op, Operand, Root, Text, Turn, Value
from ...ir.target.turns import TurnModel
from ...ir.types import PROMPT
from ..analysis.turn_futures import TurnFutures
from ..analysis.turn_states import TurnStates
from .not_composing import DoesNotCompose, OpensOtherwise
from .version_table import NOTHING, VersionTable


class EdgeWriter:
    """Writes roots and the edges of turns.

    `early`: futures whose first turn is opened where the turn before it ends, since there it is known which that was.
    """

    def __init__(
        self,
        table: VersionTable,
        states: TurnStates,
        futures: TurnFutures,
        model: TurnModel,
        early: frozenset[int],
    ) -> None:
        self._table, self._states, self._futures = table, states, futures
        self._model, self._early = model, early

    def root(self, op: Root) -> list[Op]:
        """The empty prompt, with what the template writes before all turns."""
        empty = replace(op, result=Value(PROMPT), bos=False)
        made: dict[str, Value] = {}
        ops: list[Op] = []
        for future in self._table.wanted(op.result):
            begun = self._early_gap(0, future) or self._model.ends.get(0, "")
            if begun not in made:
                made[begun] = Value(PROMPT, op.result.hint) if made else op.result
                mark = Mark(0, len(begun), "system", "begin")  # no text of the program's
                ops.append(Text(made[begun], empty.result, begun, marks=(mark,), span=op.span))
            self._table.put(op.result, future, made[begun])
        if list(made) == [""]:
            return [replace(op, bos=False)]
        return [empty, *ops]

    def _early_gap(self, past: int, future: int) -> str | None:
        """All that stands between two turns, where it is written before the second one begins."""
        return self._model.gaps.get((past, future)) if future in self._early else None

    def turn(self, op: Turn) -> list[Op]:
        """The edge of a turn, once for each text that stands there. Raises DoesNotCompose, OpensOtherwise."""
        made: dict[tuple[Operand, str], Value] = {}
        ops: list[Op] = []
        for future in self._table.wanted(op.result):
            given = self._edge(op, future)
            is_forgotten = self._is_forgotten(op, future)
            if is_forgotten and op.edge == "end":
                self._table.put(op.result, future, given[0])
                continue
            if given not in made:
                made[given] = Value(PROMPT, op.result.hint) if made else op.result
                end = len(given[1])
                marks = (Mark(0, end, op.role, op.edge, tools_of(op)),)
                if is_forgotten:  # the answer follows what is not shown any more
                    marks = (*marks, Mark(end, end, "assistant", "begin"))
                ops.append(Text(made[given], *given, marks=marks, span=op.span))
            self._table.put(op.result, future, made[given])
        return ops

    def _is_forgotten(self, op: Turn, future: int) -> bool:
        """Whether this is reasoning that the template no longer shows in that future."""
        inside = self._futures.before_end(op, future) if op.edge == "end" else future
        return op.role == "thinking" and inside in self._model.drops

    def _edge(self, op: Turn, future: int) -> tuple[Operand, str]:
        """The prompt before the edge of a turn, and what the template writes for it."""
        if op.edge == "begin":
            return self._table.get(op.prompt, future), self._opener(op, op.prompt, future)
        inside = self._futures.before_end(op, future)
        prompt = self._table.get(op.prompt, NOTHING if inside is None else inside)
        if op.role == "thinking":  # what closes it is what opens the answer
            return prompt, self._opener(op, op.result, future)
        return prompt, self._closer(op, future)

    def _opener(self, op: Turn, prompt: Operand, future: int) -> str:
        """What opens a turn; nothing where it begins with reasoning, which opens it."""
        if future in self._early or (op.edge == "begin" and self._thinks_first(op, future)):
            return ""
        gaps, before = self._model.gaps, pasts_of(self._states, prompt)
        pairs = [(past, future) for past in before if (past, future) in gaps]
        if future == NOTHING:
            own = (p for p in gaps if p[0] in before and self._model.futures.first(p[1]) == op.role)
            pairs = list(own)[:1]
        found = {self._model.opener(pair) for pair in pairs}
        if len(found) > 1:
            raise OpensOtherwise(future)
        return found.pop() if found else ""

    def _thinks_first(self, op: Turn, future: int) -> bool:
        first = None if future == NOTHING else self._model.futures.first(future)
        return op.role == "assistant" and first == "thinking"

    def _closer(self, op: Turn, future: int) -> str:
        before = pasts_of(self._states, op.result)
        pairs = [(past, future) for past in before if (past, future) in self._model.gaps]
        if not pairs:  # nothing follows, or the way that leads there is never taken
            return next((self._model.ends.get(past, "") for past in before), "")
        found = {self._early_gap(*pair) or self._model.end(pair) for pair in pairs}
        if len(found) > 1:
            what = f"the text that closes the {op.role} turn depends on which turns came before it"
            raise DoesNotCompose(what)
        return found.pop()


def tools_of(op: Turn) -> str:
    """The tools that a turn brings, as its mark has them. Turns whose tools are not known before the run stay."""
    if op.tools is None:
        return ""
    assert isinstance(op.tools, Const)
    return json.dumps(op.tools.value)


def pasts_of(states: TurnStates, prompt: Operand) -> list[int]:
    """The pasts that a prompt can have."""
    found = {state.past for state in states.of(prompt)}
    return sorted(past for past in found if isinstance(past, int))
