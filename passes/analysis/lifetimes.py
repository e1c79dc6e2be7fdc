"""How long every value of a program stays the same, from the lifetimes of its parameters.

Ranks are positions in `LIFETIMES`: 0 is `const`, the greatest is `request`. What the model says and
what a host function gives is `request`; everything else lives as long as the shortest of its operands.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...ir.module import LIFETIMES, Program
from ...ir.ops import Block, Effect, For, Fork, Op, Operand, Value, While
from ...ir.structure import operands, own_effects, regions, results

CONST = 0
REQUEST = len(LIFETIMES) - 1


class Lifetimes:
    """The rank of every value of one program."""

    def __init__(self, program: Program) -> None:
        self._ranks = {p.value: LIFETIMES.index(p.lifetime) for p in program.params}
        self._block(program.body)

    def of(self, operand: Operand) -> int:
        """The rank of an operand; constants are `const`."""
        return self._ranks.get(operand, CONST) if isinstance(operand, Value) else CONST

    def shortest(self, many: Iterable[Operand]) -> int:
        """The shortest lifetime of several operands."""
        return max(map(self.of, many), default=CONST)

    def _block(self, block: Block) -> int:
        """Rank what a block defines; the shortest lifetime of what it yields."""
        for op in block.ops:
            self._op(op)
        return self.shortest(operands(block.ops[-1]))

    def _op(self, op: Op) -> None:
        rank = self.shortest(operands(op))
        if own_effects(op) & (Effect.MODEL | Effect.HOST):
            rank = REQUEST
        blocks = regions(op)
        inner = rank
        while blocks:  # what a loop carries may be shorter lived in the next round
            for region in blocks:
                self._raise(region.args, inner)
                rank = max(rank, self._block(region))
            if rank == inner or not isinstance(op, For | While | Fork):
                break
            inner = rank
        self._raise(results(op), rank)

    def _raise(self, values: Iterable[Value], rank: int) -> None:
        for value in values:
            self._ranks[value] = max(self._ranks.get(value, CONST), rank)
