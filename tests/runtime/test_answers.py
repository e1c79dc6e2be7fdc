"""What a model said, as a value: one that its schema or type does not have is an error, whoever said it."""

from __future__ import annotations

import json

import pytest

from sglc.ir.sampling import Constraint, Sampling
from sglc.runtime.backend import Completion, Finish
from sglc.runtime.executor.asking.answers import value_of
from sglc.runtime.plan.errors import RunError

from .engine.schema_corpus import Case, corpus

SAMPLING = Sampling(max_tokens=9)


def answer(text: str, constraint: Constraint, finish: Finish = "eos") -> object:
    """The value of a completion, or the code of its error."""
    try:
        return value_of(Completion((5,), (5,), text, finish), constraint, SAMPLING)
    except RunError as error:
        return error.code


@pytest.mark.parametrize("case", corpus(), ids=lambda case: f"{case.group}: {case.name}")
def test_json_is_of_its_schema_or_an_error(case: Case) -> None:
    constraint = Constraint("json", json.dumps(case.schema))
    for value in case.good:
        text = json.dumps(value)
        assert answer(text, constraint) == text
    for value in case.bad:
        assert answer(json.dumps(value), constraint) == "SGL3202"
        assert answer(json.dumps(value), constraint, "length") == "SGL3201"


@pytest.mark.parametrize("text", ["", "{", "nul", '"a', "[1,]", "[" * 100_000, "1 2", '{"a": 1}x'])
def test_what_is_no_json_is_an_error(text: str) -> None:
    for schema in ("{}", '{"type": "array"}', '{"type": "string", "minLength": 2}'):
        assert answer(text, Constraint("json", schema)) == "SGL3202"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("int", "12", "12.5"),
        ("bool", "true", "True"),
        ('"a" | "b"', "a", "c"),
        ("list[int]", "[1, 2]", '["1"]'),
        ("{a: str, b: int?}", '{"a": "x", "b": null}', '{"a": "x", "b": "y"}'),
    ],
)
def test_a_value_is_of_its_type_or_an_error(kind: str, good: str, bad: str) -> None:
    constraint = Constraint("type", kind)
    assert answer(good, constraint) not in ("SGL3201", "SGL3202")
    assert answer(bad, constraint) == "SGL3202"
    assert answer(bad, constraint, "length") == "SGL3201"
