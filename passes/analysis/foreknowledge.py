"""What is known of a program's values before it runs: those that follow from its arguments alone.

Used by `move-code`: a batch can only order what it can read in its rows.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...ir.module import Program
from ...ir.ops import Block, Collect, Effect, For, Fork, Host, Op, Operand, Value, While
from ...ir.structure import operands, own_effects, regions, results


class Foreknowledge:
    """The values of one program that arguments do not fix, and those that differ between iterations."""

    def __init__(self, program: Program) -> None:
        self._late: set[Value] = set()
        self._iterated: set[Value] = set()
        self._block(program.body, is_iterated=False)

    def missing(self, operand: Operand) -> str:
        """Why a value is not known before the run, as the end of a sentence; empty when it is."""
        if not isinstance(operand, Value):
            return ""
        if operand in self._late:
            return "depends on what a call or a host function gives"
        return "differs between iterations" if operand in self._iterated else ""

    def _block(self, block: Block, *, is_iterated: bool) -> bool:
        """Look at what a block defines; whether anything that it yields is late."""
        if is_iterated:
            self._iterated.update(block.args)
        for op in block.ops:
            self._op(op, is_iterated)
        return self._any_late(operands(block.ops[-1]))

    def _op(self, op: Op, is_iterated: bool) -> None:
        late = self._is_late(op)
        inside = is_iterated or _iterates(op)
        for region in regions(op):
            self._late.update(region.args if late else ())
            late |= self._block(region, is_iterated=inside)
        if late and isinstance(op, For | While):
            self._late_round(op)
        self._late.update(results(op) if late else ())
        self._iterated.update(results(op) if is_iterated else ())

    def _late_round(self, op: For | While) -> None:
        """What a loop carries is late in its second round; looked at once, nested as loops may be."""
        carried = op.body.args[len(op.body.args) - len(op.inits) :]
        if not self._late.issuperset(carried):
            self._late.update(carried)
            self._block(op.body, is_iterated=True)

    def _is_late(self, op: Op) -> bool:
        asks = bool(own_effects(op) & (Effect.MODEL | Effect.HOST)) or isinstance(op, Host)
        return asks or self._any_late(operands(op))

    def _any_late(self, many: Iterable[Operand]) -> bool:
        return any(isinstance(operand, Value) and operand in self._late for operand in many)


def _iterates(op: Op) -> bool:
    return isinstance(op, For | While | Collect) or (isinstance(op, Fork) and op.items is not None)
