"""Lines of ops that compute a value from values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..infer import region_arg_types
from ..ops import (
    Arith,
    ArithOp,
    Block,
    Builtin,
    Collect,
    Compare,
    CompareOp,
    Format,
    GetField,
    Index,
    MakeList,
    MakeRecord,
    Op,
    Operand,
)
from .bodyreader import BodyReader, unnamed

_NO_BLOCK = Block((), ())


def format_(r: BodyReader, _: int) -> Op:
    return Format(result=unnamed(), parts=r.in_marks("(", ")"))


def list_(r: BodyReader, _: int) -> Op:
    return MakeList(result=unnamed(), items=r.in_marks("(", ")"))


def record(r: BodyReader, _: int) -> Op:
    pairs = [_field_value(r) for _ in r.items("(", ")")]
    names, values = tuple(n for n, _ in pairs), tuple(v for _, v in pairs)
    return MakeRecord(result=unnamed(), names=names, values=values)


def _field_value(r: BodyReader) -> tuple[str, Operand]:
    name = r.cursor.field_name()
    r.cursor.expect("=")
    return name, r.operand()


def field(r: BodyReader, _: int) -> Op:
    record = r.operand()
    r.cursor.expect(",")
    return GetField(result=unnamed(), record=record, name=r.cursor.field_name())


def index(r: BodyReader, _: int) -> Op:
    return Index(result=unnamed(), items=r.operand(), index=r.and_operand())


def builtin(r: BodyReader, _: int) -> Op:
    name = r.cursor.word("a function")
    return Builtin(result=unnamed(), name=name, args=r.in_marks("(", ")"))


def collect(r: BodyReader, _: int) -> Op:
    draft = Collect(result=unnamed(), items=r.operand(), body=_NO_BLOCK)
    return replace(draft, body=r.region("each", region_arg_types(draft)[0]))


def comparing(kind: CompareOp) -> Callable[[BodyReader, int], Op]:
    """The reader of a comparison."""

    def read(r: BodyReader, _: int) -> Op:
        return Compare(result=unnamed(), op=kind, left=r.operand(), right=r.and_operand())

    return read


def computing(kind: ArithOp) -> Callable[[BodyReader, int], Op]:
    """The reader of an operator."""

    def read(r: BodyReader, _: int) -> Op:
        first = r.operand()
        args = (first,) if kind in ("neg", "not") else (first, r.and_operand())
        return Arith(result=unnamed(), op=kind, args=args)

    return read
