"""What may follow where a prompt stands, as far as it changes what the chat template writes before it.

The analysis behind `render-turns` that goes backwards: from the calls, which are asked with what the template writes
when nothing follows, through the turns that lead there. A prompt is needed once for every future that it may have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from ...ir.ops import (
    Block,
    Collect,
    Echo,
    For,
    Fork,
    Gen,
    If,
    Image,
    Index,
    Insert,
    MakeList,
    Op,
    Operand,
    Pick,
    Role,
    Select,
    Text,
    Turn,
    Unordered,
    Value,
    While,
    Yield,
)
from ...ir.structure import walk
from ...ir.target.calls import CALL
from ...ir.target.turns import TurnModel
from .turn_states import TurnStates, ask_of

Wanted = frozenset[int]
_NONE: Wanted = frozenset()


class AmbiguousTurn(Exception):
    """Whether a turn has begun to say something, which decides how it is opened, is known at run time only."""


class TurnFutures:
    """The futures of all prompts (and lists of prompts) of one program, as states of a template's model."""

    def __init__(self, body: Block, states: TurnStates, model: TurnModel) -> None:
        self._states, self._model = states, model
        self._wanted: dict[Value, Wanted] = {}
        self._ops = tuple(walk(body))[::-1]
        self._grew = True
        while self._grew:
            self._grew = False
            for op in self._ops:
                self._op(op)

    def of(self, prompt: Operand) -> Wanted:
        """The futures that a prompt may have; empty for one that nobody asks about any more."""
        return self._wanted.get(prompt, _NONE) if isinstance(prompt, Value) else _NONE

    def asked(self, call: Gen | Select) -> int | None:
        """The future of a call's prompt: nothing but the call. None where no path leads.

        Raises AmbiguousTurn.
        """
        states = self._states.of(call.source)
        asks = {ask_of(state, call) for state in states if state.open is not None}
        known = self._model.futures.asked
        found = {known[ask] for ask in asks if ask in known}
        if len(found) > 1:
            raise AmbiguousTurn
        return min(found, default=None)

    def before(self, turn: Turn, future: int) -> int | None:
        """The future before the edge of a turn, given the one behind it; None where the program never goes there.

        Raises AmbiguousTurn.
        """
        role = self.closed(turn)
        return future if role is None else self._model.futures.step.get((role, future))

    def closed(self, turn: Turn) -> Role | None:
        """The turn that is over at an edge. A call closes what was said before it, and is over with its turn.

        Raises AmbiguousTurn.
        """
        if turn.role == CALL:
            return "assistant" if turn.edge == "begin" and self._is(turn, "filled") else None
        if turn.edge == "begin":
            return None
        return CALL if self._is(turn, "called") else turn.role

    def _is(self, turn: Turn, what: Literal["filled", "called"]) -> bool:
        found = {bool(getattr(state, what)) for state in self._states.of(turn.prompt)}
        if len(found) > 1:
            raise AmbiguousTurn
        return found == {True}

    def _op(self, op: Op) -> None:
        match op:
            case Text() | Insert() | Image():
                self._need(op.prompt, self.of(op.result))
            case Echo():
                for prompt in (op.prompt, op.before, op.after):
                    self._need(prompt, self.of(op.result))
            case Turn():
                self._turn(op)
            case Gen() | Select():
                self._call(op)
            case Pick():
                self._need(op.prompts, self.of(op.result))
            case Index():
                self._need(op.items, self.of(op.result))
            case MakeList():
                for item in op.items:
                    self._need(item, self.of(op.result))
            case If() | For() | While() | Fork() | Unordered() | Collect():
                self._region(op)
            case _:
                pass

    def _turn(self, op: Turn) -> None:
        before = (self.before(op, future) for future in self.of(op.result))
        self._need(op.prompt, frozenset(future for future in before if future is not None))

    def _call(self, op: Gen | Select) -> None:
        asked = self.asked(op)
        results = [op.prompt, op.samples] if isinstance(op, Gen) else [op.prompt]
        after = _NONE.union(*(self.of(result) for result in results if result is not None))
        self._need(op.source, after if asked is None else after | {asked})

    def _region(self, op: If | For | While | Fork | Unordered | Collect) -> None:
        match op:
            case If():
                for block in (op.then, op.orelse):
                    self._flow(_yielded(block), op.results)
            case For():
                self._loop(op, op.body.args[2:])
                self._flow((op.items,), (op.body.args[1],))
            case While():
                self._loop(op, op.body.args[1:])
            case Fork():
                if op.items is not None:
                    self._flow((op.items,), (op.bodies[0].args[1],))
                self._flow([v for body in op.bodies for v in _yielded(body)], op.results)
            case Unordered():
                after = self.of(op.result)
                for section in reversed(op.sections):
                    self._need(_yielded(section)[0], after)
                    after = self.of(section.args[0])
                self._need(op.prompt, after)
            case Collect():
                self._flow((op.items,), op.body.args)
                self._flow(_yielded(op.body)[:1], (op.result,))

    def _loop(self, op: For | While, carried: Sequence[Value]) -> None:
        self._flow(carried, op.results)
        self._flow(_yielded(op.body), carried)
        self._flow(op.inits, carried)

    def _flow(self, sources: Iterable[Operand], targets: Iterable[Value]) -> None:
        for source, target in zip(sources, targets, strict=True):
            self._need(source, self.of(target))

    def _need(self, prompt: Operand, wanted: Wanted) -> None:
        if isinstance(prompt, Value) and not wanted <= self.of(prompt):
            self._wanted[prompt] = self.of(prompt) | wanted
            self._grew = True


def _yielded(block: Block) -> tuple[Operand, ...]:
    last = block.ops[-1]
    return last.values if isinstance(last, Yield) else ()
