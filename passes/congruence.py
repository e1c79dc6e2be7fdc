"""When two ops are the same op twice: equal in everything but their results, names and places."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import fields
from typing import cast

from ..ir.ops import BaseOp, Const, Op, Operand, Value
from ..ir.structure import OPERAND_FIELDS, RESULT_FIELDS

_PLACES = frozenset({"span", "site", "indices", "name"})


def operand_key(operand: Operand) -> Hashable:
    """Equal for equal operands: the same value, or equal constants of one type."""
    if isinstance(operand, Const):
        return json.dumps(operand.value), operand.type
    return operand


def op_key(op: Op) -> Hashable:
    """Equal for ops without regions that give the same results wherever both may stand."""
    cls = cast("type[BaseOp]", type(op))
    skipped = _PLACES | set(RESULT_FIELDS[cls])
    named = [(f.name, getattr(op, f.name)) for f in fields(cls) if f.name not in skipped]
    wants = tuple(getattr(op, name) is not None for name in RESULT_FIELDS[cls])
    return (
        cls,
        wants,
        tuple(_field_key(value) if name in OPERAND_FIELDS[cls] else value for name, value in named),
    )


def _field_key(held: object) -> Hashable:
    """The key of an operand field: one operand, several, or several with names."""
    if isinstance(held, tuple):
        return tuple(_field_key(item) for item in cast("tuple[object, ...]", held))
    if isinstance(held, Value | Const):
        return operand_key(held)
    return cast("Hashable", held)
