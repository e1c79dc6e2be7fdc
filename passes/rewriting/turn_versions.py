"""Turns as text: one version of each prompt for every future in which the chat template writes it in another way.

A template may write a turn differently once the conversation goes on: without the reasoning that it opened the
turn with, or with another end. A prompt that goes on in several ways then stands there several times, and what
was said in one version is said again in the others (`echo`). Versions that read the same are one.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    Pick,
    Prefetch,
    Root,
    Select,
    Text,
    Turn,
    Unordered,
    While,
)
from ...ir.target.turns import TurnModel
from ...ir.types import holds_prompt
from ..analysis.turn_futures import TurnFutures
from ..analysis.turn_states import TurnStates
from .version_calls import Again, CallWriter
from .version_edges import EdgeWriter
from .version_loops import LoopWriter
from .version_regions import RegionWriter
from .version_table import VersionTable


class VersionWriter:
    """Rewrites one program. Raises DoesNotCompose, OpensOtherwise.

    `early`: futures whose first turn is opened where the turn before it ends, since there it is known which that was.
    """

    def __init__(
        self,
        states: TurnStates,
        futures: TurnFutures,
        model: TurnModel,
        early: frozenset[int] = frozenset(),
    ) -> None:
        self._states, self._futures = states, futures
        self._table = VersionTable(futures)
        self._edges = EdgeWriter(self._table, states, futures, model, early)
        self._calls = CallWriter(self._table, states, futures, model)
        self._regions = RegionWriter(self._table, self._ops)
        self._loops = LoopWriter(self._table, self._ops)

    @property
    def again(self) -> list[Again]:
        """The turns that are written again."""
        return self._calls.again

    def body(self, block: Block) -> Block:
        """The body of a program."""
        return Block(block.args, tuple(self._ops(block.ops)))

    def _ops(self, ops: Sequence[Op]) -> list[Op]:
        return [new for op in ops for new in self._op(op)]

    def _is_vain(self, op: Prefetch) -> bool:
        """Whether it warms a turn that is open and that nobody asks about: nothing is said of how that one begins."""
        is_open = any(state.open is not None for state in self._states.of(op.prompt))
        return is_open and not self._futures.of(op.prompt)

    def _op(self, op: Op) -> Sequence[Op]:
        match op:
            case Root():
                return self._edges.root(op)
            case Turn():
                return self._edges.turn(op)
            case Gen() | Select():
                return self._calls.call(op)
            case Text() | Insert() | Image() | Echo() | Pick():
                return self._table.each(op, op.result)
            case Index() | MakeList() if holds_prompt(op.result.type):
                return self._table.each(op, op.result)
            case If():
                return (self._regions.branch(op),)
            case For() | While():
                return (self._loops.loop(op),)
            case Fork():
                return (self._regions.fork(op),)
            case Unordered():
                return (self._regions.sections(op),)
            case Collect():
                return (self._regions.comprehension(op),)
            case Prefetch() if self._is_vain(op):
                return ()
            case _:
                return (self._table.any(op),)
