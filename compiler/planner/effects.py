"""What programs do, seen through their calls: the IR's own answer for a call is the worst case."""

from __future__ import annotations

from functools import cache

from ...ir.module import Module
from ...ir.ops import PURE, Call, Effect, Op
from ...ir.structure import own_effects, regions


class ModuleEffects:
    """Effects of ops with calls of other programs looked through. Programs do not recurse."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._of_program = cache(self._program)
        self.of = cache(self._of)

    def _of(self, op: Op) -> Effect:
        """What an op does, everything inside its regions and its callees included."""
        found = self._of_program(op.program) if isinstance(op, Call) else own_effects(op)
        for region in regions(op):
            for inner in region.ops:
                found |= self.of(inner)
        return found & ~Effect.CONTROL

    def _program(self, name: str) -> Effect:
        found = PURE
        for op in self._module.program(name).body.ops:
            found |= self.of(op)
        return found
