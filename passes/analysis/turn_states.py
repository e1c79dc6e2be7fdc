"""Which turns may have been opened and closed where a prompt stands; the analysis behind `render-turns`.

A prompt's state is a set: control flow may join prompts that differ. Loops are followed until no
set grows any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, cast

from ...ir.ops import (
    Block,
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
from ...ir.target.calls import CALL
from ...ir.target.turns import Ask, Order
from .loop_ways import LoopWays


class TurnState(NamedTuple):
    """The turn that is open, what is known of the turns before it, and whether the open one says anything yet.

    `called`: a tool was called at the end of it, which is a turn of its own: nothing follows but its end.
    """

    open: Role | None
    past: Past
    filled: bool = False
    called: bool = False


Past = Role | int | None
States = frozenset[TurnState]
_NOTHING: States = frozenset()


def last_turn(past: Past, role: Role) -> Past:
    """Know no more of what was than the last turn."""
    return role


class TurnStates:
    """The states of all prompts (and lists of prompts) of one program.

    `start` and `step` say what is known of the turns before: the last one, or a state of a template's model.
    """

    def __init__(
        self, body: Block, start: Past = None, step: Callable[[Past, Role], Past] = last_turn
    ) -> None:
        self._start: States = frozenset({TurnState(None, start)})
        self._step = step
        self._states: dict[Value, States] = {}
        self._ways = LoopWays(body)
        self._grew = True
        while self._grew:
            self._grew = False
            self._block(body)
        self.turns = tuple(op for op in walk(body) if isinstance(op, Turn))
        self._calls = tuple(op for op in walk(body) if isinstance(op, Gen | Select))

    def of(self, prompt: Operand) -> States:
        """The states that a prompt may be in; empty for what no path reaches."""
        return self._states.get(prompt, _NOTHING) if isinstance(prompt, Value) else _NOTHING

    def pasts(self, turn: Turn) -> set[Past]:
        """What may be known where a turn begins; a call of a tool stands behind what was said in its turn."""
        return {self._before(turn, state) for state in self.of(turn.prompt)}

    def _before(self, turn: Turn, state: TurnState) -> Past:
        is_said = turn.role == CALL and state.filled
        return self._step(state.past, "assistant") if is_said else state.past

    def orders(self) -> dict[Order, Turn]:
        """Every pair of consecutive turns that the program can make, with an op that makes it.

        An answer that is thought about first comes behind its reasoning alone; of a turn that only calls there is none.
        """
        found: dict[Order, Turn] = {}
        asked = {call.source for call in self._calls}
        called = {turn.prompt for turn in self.turns if turn.role == CALL} - asked
        thought_about = {turn.prompt for turn in self.turns if turn.role == "thinking"} | called
        for turn in self.turns:
            if turn.edge == "begin" and not (
                turn.role == "assistant" and turn.result in thought_about
            ):
                for past in sorted(self.pasts(turn), key=str):
                    found.setdefault((cast("Role | None", past), turn.role), turn)
            if turn.edge == "end" and turn.role == "thinking" and turn.result not in called:
                found.setdefault(("thinking", "assistant"), turn)
        return found

    def asks(self) -> dict[Ask, Gen | Select]:
        """Every way in which the program asks inside of a turn, with a call that does so."""
        found: dict[Ask, Gen | Select] = {}
        for call in self._calls:
            for state in self.of(call.source):
                if state.open is not None:
                    found.setdefault(ask_of(state, call), call)
        return found

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
                self._add(op.result, self._start)
            case Turn():
                self._add(op.result, self._after(op))
            case Text() | Insert() | Image() | Use() | Echo():
                self._add(op.result, _filled(self.of(op.prompt)))
            case Gen():
                for result in (op.prompt, op.samples):
                    if result is not None:
                        self._add(result, _filled(self.of(op.source)))
            case Select():
                self._add(op.prompt, _filled(self.of(op.source)))
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
                self._while(op)
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

    def _while(self, op: While) -> None:
        """What leaves the loop for sure does not go round; the states behind it are those of all ways."""
        carried = op.body.args[1:]
        self._flow(op.inits, carried)
        self._flow(op.inits, op.results)
        self._block(op.body)
        for values, goes_round in self._ways.of(op):
            self._flow(values, op.results)
            if goes_round:
                self._flow(values, carried)
        self._flow(carried, op.cond.args)

    def _fork(self, op: Fork) -> None:
        if op.items is not None:
            self._flow((op.items,), (op.bodies[0].args[1],))
        yielded = [value for body in op.bodies for value in self._block(body)]
        self._flow(yielded, op.results)

    def _flow(self, sources: Iterable[Operand], targets: Iterable[Value]) -> None:
        for source, target in zip(sources, targets, strict=True):
            self._add(target, self.of(source))

    def _after(self, turn: Turn) -> States:
        """The states behind a turn's edge."""
        states = self.of(turn.prompt)
        if turn.edge == "begin":
            return frozenset(TurnState(turn.role, self._before(turn, state)) for state in states)
        return frozenset(self._ended(turn.role, state) for state in states)

    def _ended(self, role: Role, state: TurnState) -> TurnState:
        past = state.past if state.called else self._step(state.past, role)
        if role == CALL:
            return TurnState("assistant", past, True, True)
        return TurnState("assistant" if role == "thinking" else None, past)

    def _add(self, value: Value, states: States) -> None:
        known = self._states.get(value, _NOTHING)
        if not states <= known:
            self._states[value] = known | states
            self._grew = True


def _filled(states: States) -> States:
    return frozenset(state._replace(filled=state.open is not None) for state in states)


def ask_of(state: TurnState, call: Gen | Select) -> Ask:
    """How a call asks in the turn that is open."""
    assert state.open is not None
    if state.filled or state.open not in ("assistant", "thinking"):
        return Ask(state.open)
    is_off = isinstance(call, Gen) and call.sampling.thinking == "off"
    return Ask(state.open, True, "off" if is_off else "")
