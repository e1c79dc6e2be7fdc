"""How long values stay the same: parameters as declared, what follows from them, generated text for one request."""

from __future__ import annotations

from collections.abc import Iterable

from ...ir.module import LIFETIMES, Lifetime, Param
from ...ir.ops import Block, Const, Effect, Fork, Gen, Host, If, Op, Operand, Select, Value, Yield
from ...ir.structure import effects, operands, regions, results

RANK: dict[Lifetime, int] = {name: rank for rank, name in enumerate(LIFETIMES)}
_SHORTEST = len(LIFETIMES) - 1


class Lifetimes:
    """The lifetime of every value of one program. A value lives as long as its shortest input."""

    def __init__(self, params: Iterable[Param], body: Block) -> None:
        self._ranks: dict[Value, int] = {p.value: RANK[p.lifetime] for p in params}
        self._block(body)

    def of(self, operand: Operand) -> Lifetime:
        """The lifetime of an operand; constants are constant."""
        return LIFETIMES[self._rank(operand)]

    def _rank(self, operand: Operand) -> int:
        return 0 if isinstance(operand, Const) else self._ranks.get(operand, _SHORTEST)

    def _block(self, block: Block) -> int:
        """Rank everything in a block; the rank of what it yields."""
        for op in block.ops:
            self._op(op)
        last = block.ops[-1]
        return self._worst(last.values) if isinstance(last, Yield) else 0

    def _op(self, op: Op) -> None:
        rank = self._worst(operands(op))
        blocks = regions(op)
        if blocks:
            rank = max(rank, *self._inside(op, blocks, rank))
        elif isinstance(op, Gen | Select | Host):
            rank = _SHORTEST
        for result in results(op):
            self._ranks[result] = rank

    def _inside(self, op: Op, blocks: tuple[Block, ...], rank: int) -> list[int]:
        """Rank what is in the regions of an op; the rank of what each yields."""
        asks = effects(op) & (Effect.MODEL | Effect.HOST)
        inner = _SHORTEST if asks and not isinstance(op, If | Fork) else rank
        for block in blocks:
            for arg in block.args:
                self._ranks[arg] = inner
        return [self._block(block) for block in blocks]

    def _worst(self, values: Iterable[Operand]) -> int:
        return max(map(self._rank, values), default=0)
