"""The block that is being built right now: its ops, the names bound in it, and where its prompt stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...ir.builder import BlockBuilder
from ...ir.ops import Operand


@dataclass(eq=False)
class Sites:
    """Numbers the calls of one program or fragment in source order."""

    count: int = 0

    def next(self) -> str:
        """The next site."""
        self.count += 1
        return str(self.count)


def hint_of(name: str) -> str:
    """What a name is printed as: those that the lowering makes have a number behind a dot."""
    return name.partition(".")[0]


@dataclass(eq=False)
class Frame:
    """A block under way, inside the one around it.

    `indices`: of the loops and forks around. `jumped`: its end is never reached, for a `break` or
    `continue` stands before it.
    """

    builder: BlockBuilder
    outer: Frame | None = None
    names: dict[str, Operand] = field(default_factory=dict[str, Operand])
    prompt: Operand | None = None
    indices: tuple[Operand, ...] = ()
    depth: int = 0
    jumped: bool = False

    def lookup(self, name: str) -> Operand | None:
        """What a name stands for here."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.outer
        return None

    def inner(self, index: Operand | None) -> Frame:
        """A frame inside this one. Names and prompt come from outside."""
        indices = self.indices if index is None else (*self.indices, index)
        return Frame(BlockBuilder(), self, {}, self.prompt, indices, self.depth + 1)
