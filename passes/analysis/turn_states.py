"""Which turns may have been opened and closed where a prompt stands; the analysis behind `render-turns`.

A prompt's state is a set: control flow may join prompts that differ. Loops are followed until no
set grows any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ...ir.ops import (
    Block,
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
    Root,
    Select,
    Text,
    Turn,
    Unordered,
    Use,
    Value,
    While,
    Yield,
)
from ...ir.structure import walk
from ...ir.target.turns import Order


class TurnState(NamedTuple):
    """The turn that is open, and the one before it (or the last one, when none is open)."""

    open: Role | None
    before: Role | None


States = frozenset[TurnState]
_START: States = frozenset({TurnState(None, None)})
_NOTHING: States = frozenset()


class TurnStates:
    """The states of all prompts (and lists of prompts) of one program."""

    def __init__(self, body: Block) -> None:
        self._states: dict[Value, States] = {}
        self._grew = True
        while self._grew:
            self._grew = False
            self._block(body)
        self.turns = tuple(op for op in walk(body) if isinstance(op, Turn))

    def of(self, prompt: Operand) -> States:
        """The states that a prompt may be in; empty for what no path reaches."""
        return self._states.get(prompt, _NOTHING) if isinstance(prompt, Value) else _NOTHING

    def orders(self) -> dict[Order, Turn]:
        """Every pair of consecutive turns that the program can make, with an op that makes it."""
        found: dict[Order, Turn] = {}
        for turn in self.turns:
            for order in self.orders_of(turn) if turn.edge == "begin" else ():
                found.setdefault(order, turn)
        return found

    def orders_of(self, turn: Turn) -> list[Order]:
        """The pairs of consecutive turns that the beginning of a turn makes."""
        return [(state.before, turn.role) for state in sorted(self.of(turn.prompt), key=str)]

    def _block(self, block: Block) -> tuple[Operand, ...]:
        """Walk a block; returns what it yields."""
        for op in block.ops:
            if isinstance(op, Yield):
                return op.values
            self._op(op)
        return ()

    def _op(self, op: Op) -> None:
        match op:
            case Root():
                self._add(op.result, _START)
            case Turn():
                self._add(op.result, _after(op, self.of(op.prompt)))
            case Text() | Insert() | Image() | Use():
                self._add(op.result, self.of(op.prompt))
            case Gen():
                for result in (op.prompt, op.samples):
                    if result is not None:
                        self._add(result, self.of(op.source))
            case Select():
                self._add(op.prompt, self.of(op.source))
            case Pick():
                self._add(op.result, self.of(op.prompts))
            case Index():
                self._add(op.result, self.of(op.items))
            case MakeList():
                self._add(op.result, _NOTHING.union(*map(self.of, op.items)))
            case Unordered() | If() | For() | While() | Fork():
                self._region(op)
            case _:
                pass

    def _region(self, op: Unordered | If | For | While | Fork) -> None:
        match op:
            case If():
                for block in (op.then, op.orelse):
                    self._flow(self._block(block), op.results)
            case For():
                self._loop(op.inits, op.body, op.body.args[2:], op.results)
                self._flow((op.items,), (op.body.args[1],))
            case While():
                self._flow(op.inits, op.cond.args)
                self._block(op.cond)
                self._loop(op.inits, op.body, op.body.args[1:], op.results)
                self._flow(op.body.args[1:], op.cond.args)
            case Fork():
                self._fork(op)
            case Unordered():
                before = op.prompt
                for section in op.sections:
                    self._flow((before,), section.args)
                    before = self._block(section)[0]
                self._flow((before,), (op.result,))

    def _loop(
        self,
        inits: Sequence[Operand],
        body: Block,
        carried: Sequence[Value],
        results: Sequence[Value],
    ) -> None:
        self._flow(inits, carried)
        self._flow(self._block(body), carried)
        self._flow(carried, results)

    def _fork(self, op: Fork) -> None:
        if op.items is not None:
            self._flow((op.items,), (op.bodies[0].args[1],))
        yielded = [value for body in op.bodies for value in self._block(body)]
        self._flow(yielded, op.results)

    def _flow(self, sources: Iterable[Operand], targets: Iterable[Value]) -> None:
        for source, target in zip(sources, targets, strict=True):
            self._add(target, self.of(source))

    def _add(self, value: Value, states: States) -> None:
        known = self._states.get(value, _NOTHING)
        if not states <= known:
            self._states[value] = known | states
            self._grew = True


def _after(turn: Turn, states: States) -> States:
    """The states behind a turn's edge."""
    if turn.edge == "end":
        return frozenset({TurnState(None, turn.role)}) if states else states
    return frozenset(TurnState(turn.role, state.before) for state in states)
