"""Registers: the numbered places that values of one program have at run time, and the expressions over them.

A pure value that is used once, in the block that makes it and before anything happens outside, becomes a
part of its user's expression; every other value gets a register of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...ir.ops import (
    Arith,
    Builtin,
    Compare,
    Const,
    Format,
    GetField,
    Index,
    MakeList,
    MakeRecord,
    Operand,
    Pick,
    Value,
)
from ...ir.uses import Uses
from ...runtime.plan import schema as p
from .spans import source_span

MAX_DEPTH = 12
"""An expression is nested no deeper than this: readers recurse into it."""

PureOp = Format | MakeList | MakeRecord | GetField | Index | Compare | Arith | Builtin | Pick


class Registers:
    """The registers of one program while its steps are written."""

    def __init__(self, uses: Uses) -> None:
        self._uses = uses
        self._of: dict[Value, int] = {}
        self._pending: dict[Value, tuple[p.Expr, int]] = {}
        self.count = 0

    def new(self, value: Value) -> int:
        """Give a value a register."""
        self._of[value] = self.count
        self.count += 1
        return self._of[value]

    def alias(self, value: Value, other: Operand) -> None:
        """Let a value stand in the register of another (a region that runs once, in place)."""
        if isinstance(other, Value) and other in self._of:
            self._of[value] = self._of[other]

    def operand(self, operand: Operand) -> p.Expr:
        """The expression that reads an operand. Each pending value is read once."""
        return self._read(operand)[0]

    def operands(self, many: Iterable[Operand]) -> list[p.Expr]:
        """The expressions of several operands."""
        return [self.operand(one) for one in many]

    def _read(self, operand: Operand) -> tuple[p.Expr, int]:
        if isinstance(operand, Const):
            return p.Lit(operand.value), 0
        if operand in self._pending:
            return self._pending.pop(operand)
        return p.Ref(self._of[operand]), 0

    def evaluate(self, op: PureOp) -> list[p.Step]:
        """Take in a pure op; the steps to write for it now (none when it can wait for its user)."""
        expr, depth = self._expression(op)
        if self._uses.count(op.result) == 1 and depth < MAX_DEPTH:
            self._pending[op.result] = (expr, depth)
            return []
        return [p.EvalStep(self.new(op.result), expr)]

    def flush(self) -> list[p.Step]:
        """Write all values that still wait: something happens next that must come after them."""
        steps: list[p.Step] = [p.EvalStep(self.new(v), e) for v, (e, _) in self._pending.items()]
        self._pending.clear()
        return steps

    def _expression(self, op: PureOp) -> tuple[p.Expr, int]:
        parts = [self._read(operand) for operand in _parts(op)]
        exprs = [expr for expr, _ in parts]
        return _build(op, exprs), 1 + max((depth for _, depth in parts), default=0)


def _parts(op: PureOp) -> tuple[Operand, ...]:
    match op:
        case Format(parts=parts):
            return parts
        case MakeList(items=items):
            return items
        case MakeRecord(values=values):
            return values
        case GetField(record=record):
            return (record,)
        case Index(items=items, index=index) | Pick(prompts=items, index=index):
            return (items, index)
        case Compare(left=left, right=right):
            return (left, right)
        case Arith(args=args) | Builtin(args=args):
            return args


def _build(op: PureOp, parts: list[p.Expr]) -> p.Expr:
    span = source_span(op.span)
    match op:
        case Format():
            return p.FormatExpr(parts, span)
        case MakeList():
            return p.ListExpr(parts)
        case MakeRecord(names=names):
            return p.RecordExpr(list(names), parts)
        case GetField(name=name):
            return p.FieldExpr(parts[0], name, span)
        case Index() | Pick():
            return p.IndexExpr(parts[0], parts[1], span)
        case Compare(op=operator):
            return p.CompareExpr(operator, parts[0], parts[1], span)
        case Arith(op=operator):
            return p.ArithExpr(operator, parts, span)
        case Builtin(name=name):
            return p.BuiltinExpr(name, parts, span)
