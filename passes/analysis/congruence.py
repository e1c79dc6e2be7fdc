"""When two ops are the same op twice: equal in everything but their results, names and places."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable
from dataclasses import fields
from functools import cache
from typing import cast

from ...ir.ops import BaseOp, Block, Const, Op, Operand, Value
from ...ir.structure import OPERAND_FIELDS, REGION_FIELDS, RESULT_FIELDS, regions, results

_PLACES = frozenset({"span", "site", "indices", "speculative"})


def _ignored(cls: type[BaseOp]) -> frozenset[str]:
    """Fields that say where an op stands or what its answer is called, not what it does."""
    is_call = any(f.name == "site" for f in fields(cls))
    return _PLACES | {"name"} if is_call else _PLACES


@cache
def _compared(cls: type[BaseOp]) -> tuple[tuple[str, bool], ...]:
    """The fields that ops of a class are compared by, and whether each holds operands."""
    skipped = _ignored(cls) | set(RESULT_FIELDS[cls]) | set(REGION_FIELDS[cls])
    names = [f.name for f in fields(cls) if f.name not in skipped]
    return tuple((name, name in OPERAND_FIELDS[cls]) for name in names)


def operand_key(operand: Operand) -> Hashable:
    """Equal for equal operands: the same value, or equal constants of one type."""
    if isinstance(operand, Const):
        return json.dumps(operand.value), operand.type
    return operand


def op_key(op: Op) -> Hashable:
    """Equal for ops that give the same results wherever both may stand."""
    cls = cast("type[BaseOp]", type(op))
    named = [(getattr(op, name), is_operand) for name, is_operand in _compared(cls)]
    wants = tuple(getattr(op, name) is not None for name in RESULT_FIELDS[cls])
    return (
        cls,
        wants,
        tuple(_field_key(value) if is_operand else value for value, is_operand in named),
        tuple(block_key(block) for block in regions(op)),
    )


def block_key(block: Block) -> Hashable:
    """Equal for blocks that do the same, whatever their values and calls are called."""
    return _Numbering().block(block)


class _Numbering:
    """Names the values of a block by the order of their definition."""

    def __init__(self) -> None:
        self._numbers: dict[Value, int] = {}

    def block(self, block: Block) -> Hashable:
        self._define(block.args)
        return tuple(self._op(op) for op in block.ops)

    def _define(self, values: Iterable[Value]) -> None:
        for value in values:
            self._numbers[value] = len(self._numbers)

    def _op(self, op: Op) -> Hashable:
        cls = cast("type[BaseOp]", type(op))
        own = tuple([self._field(getattr(op, name), of) for name, of in _compared(cls)])
        inner = tuple(self.block(block) for block in regions(op))
        gives = tuple(value.type for value in results(op))
        self._define(results(op))
        return cls, own, inner, gives

    def _field(self, held: object, is_operand: bool) -> Hashable:
        if not is_operand:
            return cast("Hashable", held)
        if isinstance(held, tuple):
            return tuple(self._field(item, True) for item in cast("tuple[object, ...]", held))
        if isinstance(held, Value) and held in self._numbers:
            return "local", self._numbers[held]
        return _field_key(held)


def _field_key(held: object) -> Hashable:
    """The key of an operand field: one operand, several, or several with names."""
    if isinstance(held, tuple):
        return tuple(_field_key(item) for item in cast("tuple[object, ...]", held))
    if isinstance(held, Value | Const):
        return operand_key(held)
    return cast("Hashable", held)
