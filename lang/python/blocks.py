"""The block under construction: its ops, its scope, and the arms whose ops wait for their siblings'.

The arms of a fork with a constant size are written one statement at a time, in any order. Their
ops are kept per arm, and become one `fork` op when something outside needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar, cast

from ...ir.builder import BlockBuilder
from ...ir.ops import BaseOp, Block, Const, Fork, Op, Operand, Value, Yield
from ...ir.span import Span
from ...ir.structure import results
from ...ir.types import INT, PROMPT
from .scope import Scope, StateData
from .sites import Attempt, Sites

_OpT = TypeVar("_OpT", bound=BaseOp)


class Blocks:
    """Blocks, one inside the other; the innermost is written to. `indices` are those of the loops around it.

    `rounds`: which of them say the round of a loop over arms, and over which.
    """

    def __init__(self) -> None:
        self.scope = Scope()
        self.sites = Sites()
        self.indices: tuple[Operand, ...] = ()
        self.rounds: dict[int, frozenset[int]] = {}
        self.states = 0
        self._builder = BlockBuilder()
        self._arms: dict[int, list[Op]] = {}
        self._group: dict[int, int] = {}

    def emit(self, op: _OpT, span: Span) -> _OpT:
        """Add an op to the current block."""
        self.sites.settle()
        return self._builder.emit(replace(op, span=span))

    def emit_on(self, state: int, op: _OpT, span: Span) -> _OpT:
        """Add an op that belongs to a state: to the block, or to its arm until the arms are run."""
        if state not in self._group:
            return self.emit(op, span)
        placed = replace(op, span=span)
        self._arms.setdefault(state, []).append(cast("Op", placed))
        return placed

    def seal(self, *args: Value) -> Block:
        """The outermost block, at the end."""
        return self._builder.seal(*args)

    def region(self, scope: Scope, write: Callable[[], None]) -> tuple[BlockBuilder, Scope]:
        """Write a block of its own, in a scope of its own; the caller ends and seals it."""
        self.flush()
        outer = self._builder, self.scope, self._arms
        self._builder, self.scope, self._arms = BlockBuilder(), scope, {}
        with self.sites.branch():
            try:
                write()
                self.flush()
                return self._builder, self.scope
            finally:
                self._builder, self.scope, self._arms = outer

    @contextmanager
    def over_arms(self, arms: frozenset[int]) -> Generator[Callable[[int], None]]:
        """The rounds of a loop over arms (or over constants: no arms), each written on its own: what begins one."""
        outer = self.indices

        def begin_round(number: int) -> None:
            self.indices = (*outer, Const(number, INT))

        self.rounds[len(outer)] = arms
        try:
            yield begin_round
        finally:
            self.indices = outer
            del self.rounds[len(outer)]

    @contextmanager
    def trial(self, attempt: Attempt) -> Generator[None]:
        """Whatever is lowered inside is forgotten, but for the numbers of its sites, unless it is kept."""
        states, group, length = self.states, dict(self._group), len(self._builder.ops)
        scope, arms = self.scope.copy(), {arm: list(ops) for arm, ops in self._arms.items()}
        with self.sites.trial(attempt):
            try:
                yield
            finally:
                if not attempt.is_kept:
                    self.states, self._group, self._arms = states, group, arms
                    self._builder.rewind(length)
                    self.scope.adopt(scope)

    # --- states and arms ------------------------------------------------------------------------

    def new_state(self, data: StateData, group: int | None = None) -> int:
        """A state of its own; with a group it is an arm, whose ops wait for its siblings'."""
        self.states += 1
        self.scope.states[self.states] = data
        if group is not None:
            self._group[self.states] = group
        return self.states

    def flush(self) -> None:
        """Run the arms that wait: several of one fork as one op, a single one in place."""
        groups: dict[int, list[int]] = {}
        for state in self._arms:
            groups.setdefault(self._group[state], []).append(state)
        for arms in groups.values():
            self._run_arms(sorted(arms))
        self._arms = {}

    def _run_arms(self, arms: Sequence[int]) -> None:
        if len(arms) == 1:
            for op in self._arms[arms[0]]:
                self._builder.emit(op)
            return
        bodies: list[Block] = []
        found: list[Value] = []
        for arm in arms:
            data, ops = self.scope.states[arm], self._arms[arm]
            defined = {value for op in ops for value in results(op)}
            names = [n for n, v in data.variables.items() if v.value in defined]
            inner = (data.prompt, *(data.variables[name].value for name in names))
            bodies.append(Block((), (*ops, Yield(values=inner))))
            outer = [Value(PROMPT), *(Value(data.variables[n].value.type, n) for n in names)]
            data.prompt = outer[0]
            for name, value in zip(names, outer[1:], strict=True):
                data.variables[name] = replace(data.variables[name], value=value)
            found += outer
        span = self._arms[arms[0]][0].span
        self._builder.emit(Fork(results=tuple(found), items=None, bodies=tuple(bodies), span=span))
