"""What the planner asks about ops, seen through calls of programs: effects, failures, what they read.

Each op of a nest is looked at once.
"""

from __future__ import annotations

from ...ir.failure import Failures
from ...ir.module import Module
from ...ir.ops import PURE, Block, Call, Effect, Effects, Op, Value
from ...ir.structure import operands, own_effects, regions, results


class ModuleFacts:
    """Facts about the ops of a module. Programs do not recurse."""

    def __init__(self, module: Module) -> None:
        self._bodies = {program.name: program.body for program in module.programs}
        self._of_program: dict[str, Effects] = {}
        self._effects: dict[Op, Effects] = {}
        self._reads: dict[Op, frozenset[Value]] = {}
        self.may_fail = Failures(module).of

    def effects(self, op: Op) -> Effects:
        """What an op does, everything inside its regions and its callees included."""
        known = self._effects.get(op)
        if known is None:
            found = self._program(op.program) if isinstance(op, Call) else own_effects(op)
            for region in regions(op):
                found |= self._block(region)
            known = self._effects[op] = found & ~Effect.CONTROL
        return known

    def reads(self, op: Op) -> frozenset[Value]:
        """The values from outside that an op uses, those used inside its regions included."""
        known = self._reads.get(op)
        if known is None:
            used = {v for v in operands(op) if isinstance(v, Value)}
            for region in regions(op):
                used |= self._free_in(region)
            known = self._reads[op] = frozenset(used)
        return known

    def _block(self, block: Block) -> Effects:
        found = PURE
        for op in block.ops:
            found |= self.effects(op)
        return found

    def _program(self, name: str) -> Effects:
        if name not in self._of_program:
            self._of_program[name] = self._block(self._bodies[name])
        return self._of_program[name]

    def _free_in(self, block: Block) -> set[Value]:
        used: set[Value] = set()
        made = set(block.args)
        for op in block.ops:
            used |= self.reads(op) - made
            made.update(results(op))
        return used
