"""What an op reads, regions included."""

from __future__ import annotations

from collections.abc import Set

from ..ir.ops import Op, Value
from ..ir.structure import operands, regions, walk


def inputs(op: Op) -> set[Value]:
    """The values that an op reads itself."""
    return {operand for operand in operands(op) if isinstance(operand, Value)}


def needed(op: Op) -> set[Value]:
    """Everything that an op reads, its regions included."""
    found = inputs(op)
    for region in regions(op):
        for inner in walk(region):
            found |= inputs(inner)
    return found


def reads(op: Op, values: Set[Value]) -> bool:
    """Whether an op itself reads any of these values."""
    return any(isinstance(operand, Value) and operand in values for operand in operands(op))
