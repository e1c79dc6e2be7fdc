"""Who uses a value: an index built when it is needed, since ops do not know their users."""

from __future__ import annotations

from .module import Fragment, Program
from .ops import Block, Op, Value
from .structure import operands, walk


class Uses:
    """The users of every value in a block, regions included. Build it again after a rewrite."""

    def __init__(self, users: dict[Value, tuple[Op, ...]], counts: dict[Value, int]) -> None:
        self._users = users
        self._counts = counts

    @staticmethod
    def of(root: Block | Program | Fragment) -> Uses:
        """Index a block, or the body of a program or fragment."""
        users: dict[Value, list[Op]] = {}
        counts: dict[Value, int] = {}
        for op in walk(root if isinstance(root, Block) else root.body):
            for operand in operands(op):
                if isinstance(operand, Value):
                    counts[operand] = counts.get(operand, 0) + 1
                    known = users.setdefault(operand, [])
                    if not known or known[-1] is not op:
                        known.append(op)
        return Uses({value: tuple(ops) for value, ops in users.items()}, counts)

    def users(self, value: Value) -> tuple[Op, ...]:
        """The ops that have the value as an operand, each once, in program order."""
        return self._users.get(value, ())

    def count(self, value: Value) -> int:
        """How often the value is an operand; an op that has it twice counts twice."""
        return self._counts.get(value, 0)

    def is_used(self, value: Value) -> bool:
        """Whether anything has the value as an operand."""
        return value in self._counts
