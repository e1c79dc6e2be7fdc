"""The edges of turns as text: what the template writes where a turn begins or ends, for each of its futures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from ...ir.ops import Const, Mark, Op, Operand, Root, Text, Turn, Value
from ...ir.target.calls import CALL
from ...ir.target.turns import TurnModel
from ...ir.types import PROMPT
from ..analysis.turn_futures import TurnFutures
from ..analysis.turn_states import Past, TurnStates
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
        inside = self._futures.before(op, future)
        return op.role == "thinking" and inside in self._model.drops

    def _edge(self, op: Turn, future: int) -> tuple[Operand, str]:
        """The prompt before the edge of a turn, and what the template writes for it."""
        before = self._futures.before(op, future)
        prompt = self._table.get(op.prompt, NOTHING if before is None else before)
        if op.role == CALL:
            return prompt, self._called(op, future)
        if op.edge == "begin":
            return prompt, self._opener(op, op.prompt, future)
        if op.role == "thinking":  # what closes it is what opens the answer
            return prompt, self._opener(op, op.result, future)
        return prompt, self._closer(op, future)

    def _called(self, op: Turn, future: int) -> str:
        """What opens a call; it is closed with its turn. Behind what was said all that stands between is written."""
        if op.edge == "end":
            return ""
        if self._futures.closed(op) is None:
            return self._opener(op, op.prompt, future)
        found = {self._model.gaps[pair] for pair in self._pairs(op, self._states.pasts(op), future)}
        if len(found) > 1:
            what = "the text between what is said and a call depends on which turns came before"
            raise DoesNotCompose(what)
        return found.pop() if found else ""

    def _pairs(self, op: Turn, pasts: Iterable[Past], future: int) -> list[tuple[int, int]]:
        """The gaps before a turn; any of those before one that nobody asks about."""
        gaps = self._model.gaps
        if future == NOTHING:
            first = self._model.futures.first
            return [pair for pair in gaps if pair[0] in pasts and first(pair[1]) == op.role][:1]
        known = [past for past in pasts if isinstance(past, int)]
        return [(past, future) for past in sorted(known) if (past, future) in gaps]

    def _opener(self, op: Turn, prompt: Operand, future: int) -> str:
        """What opens a turn; nothing where something in it does."""
        if future in self._early or (op.edge == "begin" and self._is_opened_later(op, future)):
            return ""
        pairs = self._pairs(op, pasts_of(self._states, prompt), future)
        found = {self._model.opener(pair) for pair in pairs}
        if len(found) > 1:
            raise OpensOtherwise(future)
        return found.pop() if found else ""

    def _is_opened_later(self, op: Turn, future: int) -> bool:
        """Whether an assistant's turn begins with reasoning, or with a call, which opens it."""
        first = None if future == NOTHING else self._model.futures.first(future)
        return op.role == "assistant" and first in ("thinking", CALL)

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
