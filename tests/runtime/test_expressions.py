"""Expression trees: what they give, and that they stay within their bounds."""

import pytest

from sglc.runtime.plan import expressions
from sglc.runtime.plan.errors import RunError
from sglc.runtime.plan.expressions import UNBOUND, evaluate
from sglc.runtime.plan.schema import (
    ArithExpr,
    BuiltinExpr,
    CompareExpr,
    FieldExpr,
    FormatExpr,
    IndexExpr,
    ListExpr,
    Lit,
    RecordExpr,
    Ref,
)

REGISTERS = [3, "ab", [1, 2, 5], {"q": "why", "n": 2}, UNBOUND]


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        (Ref(0), 3),
        (Lit(None), None),
        (FormatExpr([Ref(1), Lit(": "), Lit(True), Lit(0.1)]), "ab: true0.1"),
        (ListExpr([Ref(0), Lit("x")]), [3, "x"]),
        (RecordExpr(["a", "b"], [Ref(0), Ref(1)]), {"a": 3, "b": "ab"}),
        (FieldExpr(Ref(3), "q"), "why"),
        (IndexExpr(Ref(2), Lit(-1)), 5),
        (IndexExpr(Ref(1), Lit(0)), "a"),
        (CompareExpr("in", Lit(2), Ref(2)), True),
        (CompareExpr("lt", Ref(0), Lit(3.5)), True),
        (ArithExpr("add", [Ref(1), Lit("c")]), "abc"),
        (ArithExpr("not", [Lit([])]), True),
        (BuiltinExpr("argmax", [Ref(2)]), 2),
    ],
)
def test_values(expr, value):
    assert evaluate(expr, REGISTERS) == value


@pytest.mark.parametrize(
    ("expr", "code"),
    [
        (IndexExpr(Ref(2), Lit(3)), "SGL3301"),
        (FieldExpr(Ref(3), "x"), "SGL3302"),
        (ArithExpr("div", [Lit(1), Lit(0)]), "SGL3303"),
        (ArithExpr("add", [Lit(1), Lit("a")]), "SGL3304"),
        (ArithExpr("mul", [Lit("a" * 1000), Lit(10**9)]), "SGL3305"),
        (BuiltinExpr("open", [Lit("/etc/passwd")]), "SGL3306"),
        (Ref(4), "SGL3004"),
    ],
)
def test_errors_have_codes(expr, code):
    with pytest.raises(RunError) as failed:
        evaluate(expr, REGISTERS)
    assert failed.value.code == code


def test_a_deep_tree_is_refused():
    expr = Lit(1)
    for _ in range(expressions.MAX_DEPTH + 1):
        expr = ArithExpr("neg", [expr])
    with pytest.raises(RunError, match="too many steps"):
        evaluate(expr, [])


def test_a_wide_tree_is_refused(monkeypatch):
    monkeypatch.setattr(expressions, "MAX_STEPS", 100)
    with pytest.raises(RunError, match="too many steps"):
        evaluate(ListExpr([Lit(1)] * 100), [])
