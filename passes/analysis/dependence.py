"""What an op reads, regions included."""

from __future__ import annotations

from collections.abc import Set

from ...ir.ops import Block, Op, Unordered, Value
from ...ir.structure import known_of, operands, regions, results, walk


def inputs(op: Op) -> set[Value]:
    """The values that an op reads itself."""
    return {operand for operand in operands(op) if isinstance(operand, Value)}


def needed(op: Op) -> set[Value]:
    """Everything that an op reads, its regions included."""
    found = inputs(op)
    for region in regions(op):
        found |= known_of(region, _needed_inside)
    return found


def _needed_inside(block: Block) -> set[Value]:
    found: set[Value] = set()
    for op in block.ops:
        found |= needed(op)
    return found


def free_values(block: Block) -> list[Value]:
    """The values from outside that a block reads, its regions included, in the order of reading."""
    own = set(block.args)
    for op in walk(block):
        own.update(results(op))
        own.update(arg for region in regions(op) for arg in region.args)
    read = (operand for op in walk(block) for operand in operands(op) if isinstance(operand, Value))
    return list(dict.fromkeys(value for value in read if value not in own))


def reads(op: Op, values: Set[Value]) -> bool:
    """Whether an op itself reads any of these values; sections are part of the append that they make."""
    read = needed(op) if isinstance(op, Unordered) else inputs(op)
    return not read.isdisjoint(values)
