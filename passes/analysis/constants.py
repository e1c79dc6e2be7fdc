"""Evaluates pure operations whose operands are constants; used by `inline` and `fold-constants`.

What would fail at run time is not evaluated: it must fail there, in the row that it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ...ir.ops import (
    Arith,
    Block,
    Builtin,
    Collect,
    Compare,
    Const,
    Format,
    GetField,
    Index,
    Json,
    MakeList,
    MakeRecord,
    Op,
    Operand,
    Value,
    Yield,
)
from ...ir.structure import results
from ...ir.values.operations import (
    EvalError,
    arith,
    call_builtin,
    compare,
    field_of,
    format_text,
    item_of,
    truth,
)

Env = Mapping[Value, Json]


class NotConstant(Exception):
    """An operand is not known, or the op is not one that can be evaluated here."""


def constant_of(op: Op, known: Env | None = None) -> Const | None:
    """The constant that a pure op with known operands gives; None when there is none."""
    try:
        value = _evaluate(op, known or {})
    except (NotConstant, EvalError):
        return None
    (result,) = results(op)
    return Const(value, result.type)


def _read(operand: Operand, known: Env) -> Json:
    if isinstance(operand, Const):
        return operand.value
    if operand in known:
        return known[operand]
    raise NotConstant


def _evaluate(op: Op, known: Env) -> Json:
    def read(operand: Operand) -> Json:
        return _read(operand, known)

    match op:
        case Format(parts=parts):
            return format_text([read(part) for part in parts])
        case MakeList(items=items):
            return [read(item) for item in items]
        case MakeRecord(names=names, values=values):
            return {name: read(value) for name, value in zip(names, values, strict=True)}
        case Compare(op=name, left=left, right=right):
            return compare(name, read(left), read(right))
        case Arith(op=name, args=args):
            return arith(name, [read(arg) for arg in args])
        case Builtin(name=name, args=args):
            return call_builtin(name, [read(arg) for arg in args])
        case Index(items=items, index=index):
            return cast("Json", item_of(read(items), read(index)))
        case GetField(record=record, name=name):
            return field_of(read(record), name)
        case Collect(items=items, body=body):
            return _collect(read(items), body, known)
        case _:
            raise NotConstant


def _collect(items: Json, body: Block, known: Env) -> Json:
    if not isinstance(items, list):
        raise NotConstant
    kept: list[Json] = []
    for item in items:
        value, keep = _run(body, {**known, body.args[0]: item})
        if truth(keep):
            kept.append(value)
    return kept


def _run(body: Block, known: Mapping[Value, Json]) -> list[Json]:
    """What a pure block yields; its ops are evaluated in order."""
    env = dict(known)
    for op in body.ops:
        if isinstance(op, Yield):
            return [_read(value, env) for value in op.values]
        (result,) = results(op)
        env[result] = _evaluate(op, env)
    raise NotConstant
