"""Evaluates the plan's pure expression trees over registers, through `ir/values/operations.py`.

Bounded: a tree has at most `MAX_STEPS` evaluations and `MAX_DEPTH` levels; `values` bounds the size of
what it makes. Called by the executor; raises `RunError` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from ...ir.values import operations as values
from .errors import RunError
from .schema import (
    ArithExpr,
    BuiltinExpr,
    CompareExpr,
    Expr,
    FieldExpr,
    FormatExpr,
    IndexExpr,
    ListExpr,
    Lit,
    RecordExpr,
    Ref,
    SourceSpan,
)

MAX_STEPS = 1_000_000
MAX_DEPTH = 200

Registers = Sequence[Any]
"""JSON values and prompt states, by register number."""


class Unbound:
    """What a register holds before it is written."""

    def __repr__(self) -> str:
        return "<unbound>"


UNBOUND = Unbound()


def evaluate(expr: Expr, registers: Registers) -> Any:
    """The value of an expression. Raises RunError (SGL33xx, SGL3204), at the part of it that fails."""
    return _Evaluation(registers).value(expr, 0)


def as_run_error(error: values.EvalError, part: object) -> RunError:
    """The error of a value, at the part of the plan that it happened in."""
    return RunError(f"SGL{error.code}", error.message, span=span_of(part))


def span_of(part: object) -> SourceSpan | None:
    """Where a part of a plan stands in its source, where it says so."""
    return getattr(part, "span", None)


class _Evaluation:
    """One evaluation, with its count of steps."""

    __slots__ = ("_registers", "_steps")

    def __init__(self, registers: Registers) -> None:
        self._registers = registers
        self._steps = 0

    def value(self, expr: Expr, depth: int) -> Any:
        try:
            return self._value(expr, depth)
        except values.EvalError as error:
            raise as_run_error(error, expr) from None
        except RunError as error:
            error.located(span_of(expr))
            raise

    def _value(self, expr: Expr, depth: int) -> Any:
        self._steps += 1
        if self._steps > MAX_STEPS or depth > MAX_DEPTH:
            raise RunError("SGL3204", "an expression takes too many steps")
        match expr:
            case Ref(register):
                return self._register(register)
            case Lit(value):
                return value
            case FormatExpr(parts):
                return values.format_text(self._all(parts, depth))
            case ListExpr(items):
                return self._all(items, depth)
            case RecordExpr(names, given):
                return dict(zip(names, self._all(given, depth), strict=True))
            case FieldExpr(record, name):
                return values.field_of(self.value(record, depth + 1), name)
            case IndexExpr(items, index):
                return values.item_of(self.value(items, depth + 1), self.value(index, depth + 1))
            case CompareExpr(op, left, right):
                pair = self._all([left, right], depth)
                return values.compare(op, pair[0], pair[1])  # type: ignore[arg-type]
            case ArithExpr(op, args):
                return values.arith(op, self._all(args, depth))  # type: ignore[arg-type]
            case BuiltinExpr(name, args):
                return values.call_builtin(name, self._all(args, depth))
            case _:
                assert_never(expr)

    def _all(self, exprs: list[Expr], depth: int) -> list[Any]:
        return [self.value(expr, depth + 1) for expr in exprs]

    def _register(self, register: int) -> Any:
        found = self._registers[register]
        if found is UNBOUND:
            raise RunError("SGL3004", f"register {register} is read before it is written")
        return found
