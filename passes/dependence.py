"""What an op reads, regions included."""

from __future__ import annotations

from ..ir.ops import Op, Operand, Value
from ..ir.structure import operands, regions, walk


def needed(op: Op) -> set[Operand]:
    """Everything that an op reads, its regions included."""
    found: set[Operand] = {operand for operand in operands(op) if isinstance(operand, Value)}
    for region in regions(op):
        for inner in walk(region):
            found.update(operand for operand in operands(inner) if isinstance(operand, Value))
    return found
