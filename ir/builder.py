"""Building a block op by op. Lowerings and passes use it; a sealed block never changes."""

from __future__ import annotations

from typing import TypeVar

from .ops import BaseOp, Block, Op, Return, Value, Yield

_OpT = TypeVar("_OpT", bound=BaseOp)


class BlockBuilder:
    """Collects ops in order and seals them into a block."""

    def __init__(self) -> None:
        self._ops: list[Op] = []
        self._sealed = False

    def emit(self, op: _OpT) -> _OpT:
        """Add an op at the end, and give it back so that its results can be used."""
        if self._sealed or self.is_terminated:
            raise ValueError(f"{type(op).__name__} after the end of a block")
        self._ops.append(op)  # type: ignore[arg-type]
        return op

    def rewind(self, length: int) -> None:
        """Forget everything after the first `length` ops: what was tried did not work."""
        del self._ops[length:]

    @property
    def ops(self) -> tuple[Op, ...]:
        """What was emitted so far."""
        return tuple(self._ops)

    @property
    def is_terminated(self) -> bool:
        """Whether the last op ends the block."""
        return bool(self._ops) and isinstance(self._ops[-1], Yield | Return)

    def seal(self, *args: Value) -> Block:
        """The block, with these arguments. The last op must be its terminator."""
        if not self.is_terminated:
            raise ValueError("a block ends in yield or return")
        self._sealed = True
        return Block(args, tuple(self._ops))
