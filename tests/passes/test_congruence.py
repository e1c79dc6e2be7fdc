"""Ops that do different things are never the same op, however alike they look."""

from sglc.ir.ops import Arith, Builtin, Const, GetField, Value
from sglc.ir.types import INT, STR, RecordType
from sglc.passes.analysis.congruence import op_key

RECORD = Value(RecordType((("a", STR), ("b", STR))))


def test_two_fields_of_one_record_differ():
    first = GetField(Value(STR), RECORD, "a")
    assert op_key(first) != op_key(GetField(Value(STR), RECORD, "b"))
    assert op_key(first) == op_key(GetField(Value(STR), RECORD, "a"))


def test_two_functions_of_one_value_differ():
    text = Value(STR)
    upper, lower = (Builtin(Value(STR), name, (text,)) for name in ("upper", "lower"))
    assert op_key(upper) != op_key(lower)


def test_two_operators_on_the_same_operands_differ():
    number = (Value(INT), Const(1, INT))
    plus, minus = (Arith(Value(INT), op, number) for op in ("add", "sub"))
    assert op_key(plus) != op_key(minus)
