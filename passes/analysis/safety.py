"""Whether an op can fail, which decides if it may run where it did not run before."""

from __future__ import annotations

from ...ir.ops import (
    Compare,
    Format,
    Insert,
    MakeList,
    MakeRecord,
    Op,
    Operand,
    Root,
    Text,
    Turn,
    Unordered,
)
from ...ir.types import BOOL, FLOAT, INT, STR, UnionType


def cannot_fail(op: Op) -> bool:
    """Whether a pure op has a value for all operands of its operands' types."""
    match op:
        case Root() | Text() | Turn() | MakeList() | MakeRecord():
            return True
        case Insert(value=value):
            return is_scalar(value)
        case Format(parts=parts):
            return all(is_scalar(part) for part in parts)
        case Compare(op=kind):
            return kind in ("eq", "ne")
        case Unordered(sections=sections):
            return all(cannot_fail(inner) for block in sections for inner in block.ops[:-1])
        case _:
            return False


def is_scalar(operand: Operand) -> bool:
    """Whether a value is certain to have a text form."""
    return operand.type in (STR, INT, FLOAT, BOOL) or isinstance(operand.type, UnionType)
