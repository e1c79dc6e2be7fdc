"""Values at run time: text forms, comparison, arithmetic, the fixed functions, and their bounds."""

from __future__ import annotations

import pytest

from sglc.ir.values.limits import MAX_ITEMS, MAX_TEXT
from sglc.ir.values.operations import (
    ARITIES,
    BUILTINS,
    EvalError,
    Json,
    arith,
    call_builtin,
    compare,
    field_of,
    format_text,
    item_of,
    text_form,
    truth,
)


@pytest.mark.parametrize(
    ("value", "text"), [("a\n", "a\n"), (True, "true"), (0.1, "0.1"), (-3, "-3"), (None, "null")]
)
def test_text_form(value: Json, text: str) -> None:
    assert text_form(value) == text


def test_python_text_differs() -> None:
    assert call_builtin("python_str", [True]) == "True"
    assert call_builtin("python_str", [[1, "a", None]]) == "[1, 'a', None]"


def test_format() -> None:
    assert format_text(["a", 1, True, 0.5]) == "a1true0.5"


def test_truth() -> None:
    assert [truth(v) for v in (0, "", [], {}, None, False)] == [False] * 6
    full: list[Json] = [1, "a", [0], {"a": 0}, 0.5, True]
    assert [truth(v) for v in full] == [True] * 6


@pytest.mark.parametrize(
    ("op", "left", "right", "wanted"),
    [
        ("eq", [1, {"a": 2}], [1, {"a": 2}], True),
        ("ne", "a", "b", True),
        ("eq", "1", 1, False),
        ("lt", "a", "b", True),
        ("ge", 2, 2.0, True),
        ("gt", [1, 2], [1], True),
        ("in", "b", "abc", True),
        ("in", 2, [1, 2], True),
        ("in", "x", {"a": 1}, False),
    ],
)
def test_compare(op: str, left: Json, right: Json, wanted: bool) -> None:
    assert compare(op, left, right) is wanted


@pytest.mark.parametrize(
    ("op", "args", "wanted"),
    [
        ("add", ["a", "b"], "ab"),
        ("add", [[1], [2]], [1, 2]),
        ("add", [1, 0.5], 1.5),
        ("sub", [1, 3], -2),
        ("mul", ["ab", 2], "abab"),
        ("div", [1, 2], 0.5),
        ("floordiv", [-7, 2], -4),
        ("mod", [-7, 3], 2),
        ("pow", [2, 10], 1024),
        ("neg", [4], -4),
        ("not", [""], True),
    ],
)
def test_arith(op: str, args: list[Json], wanted: Json) -> None:
    found = arith(op, args)
    assert (found, type(found)) == (wanted, type(wanted))


CALLS: list[tuple[str, list[Json], Json]] = [
    ("len", [{"a": 1}], 1),
    ("join", [["a", 1, True], ", "], "a, 1, true"),
    ("split", ["a, b", ", "], ["a", "b"]),
    ("split", [" a  b "], ["a", "b"]),
    ("strip", [" a "], "a"),
    ("lower", ["A"], "a"),
    ("upper", ["a"], "A"),
    ("replace", ["aXa", "X", "--"], "a--a"),
    ("startswith", ["abc", "ab"], True),
    ("endswith", ["abc", "ab"], False),
    ("contains", [["x"], "x"], True),
    ("sorted", [["b", "a"]], ["a", "b"]),
    ("sorted", [[1, 3, 2], True], [3, 2, 1]),
    ("lstrip", [" a "], "a "),
    ("rstrip", [" a "], " a"),
    ("slice", [[1, 2, 3], 1, None], [2, 3]),
    ("slice", ["abc", None, -1], "ab"),
    ("range", [3], [0, 1, 2]),
    ("range", [3, 0, -1], [3, 2, 1]),
    ("enumerate", [["a"]], [{"index": 0, "item": "a"}]),
    ("zip", [[1, 2], ["a"]], [{"first": 1, "second": "a"}]),
    ("min", [[3, 1, 2]], 1),
    ("max", [1, 2.5], 2.5),
    ("sum", [[1, 2, 0.5]], 3.5),
    ("argmax", [[1, 5, 5]], 1),
    ("majority", [["b", "a", "a", "b"]], "b"),
    ("find_by", [[{"a": 1, "b": 2}, {"a": 1, "b": 3}], "a", 1], {"a": 1, "b": 2}),
    ("find_by", [[{"a": 1}], "a", "1"], None),
    ("find_by", [[], "a", 1], None),
    ("round", [2.5], 2),
    ("round", [-1.5], -2),
    ("round", [7], 7),
    ("round", [1.005, 2], 1.0),
    ("round", [1249, -2], 1200),
    ("format_number", [1234.567, ".2f"], "1234.57"),
    ("format_number", [1234567, ","], "1,234,567"),
    ("format_number", [1234.5, ",.2f"], "1,234.50"),
    ("format_number", [0.256, ".1%"], "25.6%"),
    ("format_number", [7, "03d"], "007"),
    ("format_number", [0.00012, ".1e"], "1.2e-04"),
    ("format_number", [-0.5, "06.1f"], "-000.5"),
    ("json", [{"b": [1, None], "a": "é"}], '{"b": [1, null], "a": "é"}'),
    ("parse_json", ['{"a": [1.5, true]}'], {"a": [1.5, True]}),
    ("python_str", [0.1], "0.1"),
    ("lstrip", [" a "], "a "),
    ("rstrip", [" a "], " a"),
    ("slice", [[1, 2, 3], 1, None], [2, 3]),
    ("slice", ["abc", None, -1], "ab"),
]


@pytest.mark.parametrize(("name", "args", "wanted"), CALLS)
def test_builtin(name: str, args: list[Json], wanted: Json) -> None:
    assert call_builtin(name, args) == wanted


def test_every_builtin_is_tested_and_has_an_arity() -> None:
    assert {name for name, _, _ in CALLS} == set(BUILTINS) == set(ARITIES)


def nested(depth: int) -> Json:
    """A value that shares its parts: small in memory, huge when visited."""
    value: Json = 0
    for _ in range(depth):
        value = [value, value]
    return value


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("len", [3], "3304"),
        ("len", [], "3306"),
        ("nothing", [], "3306"),
        ("join", [["a" * 1000] * 10, "b" * MAX_TEXT], "3305"),
        ("join", [[[]]], "3304"),
        ("split", ["a", ""], "3306"),
        ("replace", ["a" * 1_000_000, "a", "b" * 100], "3305"),
        ("replace", ["a" * 1_000_000, "", "b" * 100], "3305"),
        ("range", [MAX_ITEMS + 1], "3305"),
        ("range", [0, 5, 0], "3306"),
        ("sorted", [[1, "a"]], "3304"),
        ("max", [[]], "3306"),
        ("argmax", [[]], "3306"),
        ("majority", [[]], "3306"),
        ("sum", [["a"]], "3304"),
        ("sum", [[2**63 - 1, 1]], "3305"),
        ("json", [nested(60)], "3305"),
        ("python_str", [nested(60)], "3305"),
        ("majority", [[nested(60)]], "3305"),
        ("find_by", [["a"], "a", 1], "3304"),
        ("find_by", [[{"b": 1}], "a", 1], "3302"),
        ("find_by", [[{"a": nested(60)}], "a", 1], "3305"),
        ("round", ["1"], "3304"),
        ("round", [True], "3304"),
        ("round", [1e300], "3305"),
        ("round", [1, -(10**9)], "3306"),
        ("format_number", [True, ".1f"], "3304"),
        ("format_number", ["1", ".1f"], "3304"),
        ("format_number", [1.5, "d"], "3304"),
        ("format_number", [1.5, ">8"], "3306"),
        ("format_number", [1.5, ".999f"], "3306"),
        ("parse_json", ["[" * 100_000], "3308"),
        ("parse_json", ["NaN"], "3308"),
        ("parse_json", ["1" * 5000], "3308"),
        ("parse_json", ['"\\ud800"'], "3308"),
        ("parse_json", ["[" * 200 + "]" * 200], "3305"),
    ],
)
def test_builtin_errors(name: str, args: list[Json], code: str) -> None:
    with pytest.raises(EvalError) as caught:
        call_builtin(name, args)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("op", "args", "code"),
    [
        ("div", [1, 0], "3303"),
        ("mod", [1.5, 0], "3303"),
        ("pow", [0, -1], "3303"),
        ("pow", [10, 10**9], "3305"),
        ("pow", [-8, 0.5], "3307"),
        ("pow", [1e300, 2], "3307"),
        ("mul", [1e300, 1e300], "3307"),
        ("mul", [2**62, 4], "3305"),
        ("mul", ["ab", 10**18], "3305"),
        ("mul", [[0], 10**18], "3305"),
        ("add", ["a", 1], "3304"),
        ("add", [True, 1], "3304"),
        ("neg", ["a"], "3304"),
    ],
)
def test_arith_errors(op: str, args: list[Json], code: str) -> None:
    with pytest.raises(EvalError) as caught:
        arith(op, args)
    assert caught.value.code == code


def test_access() -> None:
    assert item_of(["a", "b"], -1) == "b"
    assert item_of("ab", 0) == "a"
    assert field_of({"a": 1}, "a") == 1


def test_access_errors() -> None:
    failures = [
        (lambda: item_of([1], 1), "3301"),
        (lambda: item_of([1], True), "3304"),
        (lambda: field_of({}, "a"), "3302"),
        (lambda: compare("lt", None, 1), "3304"),
        (lambda: compare("eq", nested(60), nested(60)), "3305"),
    ]
    for action, code in failures:
        with pytest.raises(EvalError) as caught:
            action()
        assert caught.value.code == code
