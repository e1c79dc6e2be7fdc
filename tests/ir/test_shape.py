"""Constrained output: schemas, parsing, the shortest text, and the patterns behind it."""

from __future__ import annotations

import json
import random
import re

import pytest

from sglc.ir.constrained.parts import FLOAT_PATTERN, INT_PATTERN
from sglc.ir.constrained.pattern import compile_pattern
from sglc.ir.constrained.regex import RegexError, matches
from sglc.ir.constrained.schema import type_of_schema
from sglc.ir.constrained.shape import json_schema, parse_output, shortest
from sglc.ir.types import parse_type

TYPES = [
    "int",
    "float",
    "bool",
    '"a" | "b c"',
    "list[int]",
    "{a: str, b: list[{c: int?}]}",
    "list[{k: 1 | 2}]",
    "{}",
    "any",
]


@pytest.mark.parametrize("text", [*TYPES, "str", "int?"])
def test_the_shortest_output_is_one(text: str) -> None:
    kind = parse_type(text)
    parse_output(kind, shortest(kind))


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        (INT_PATTERN, ["0", "7", "-7", "-120", "123456789012345678"]),
        (FLOAT_PATTERN, ["0", "-0", "-7", "0.5", "-0.5", "-1.25e-7", "2E+10"]),
    ],
)
def test_numbers_of_either_sign_may_be_written(pattern: str, texts: list[str]) -> None:
    assert [text for text in texts if not matches(compile_pattern(pattern), text)] == []
    assert not any(matches(compile_pattern(pattern), text) for text in ("", "-", "+1", "01", "--1"))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("str", " free\ntext", " free\ntext"),
        ("int", "-3", -3),
        ("float", "2", 2.0),
        ("bool", "true", True),
        ('"a" | "b"', "b", "b"),
        ("1 | 2", "2", 2),
        ("int?", "5", 5),
        ("{a: str, b: int?}", '{"b": null, "a": "x"}', {"a": "x", "b": None}),
        ("list[bool]", "[true, false]", [True, False]),
    ],
)
def test_parsing(kind: str, text: str, value: object) -> None:
    found = parse_output(parse_type(kind), text)
    assert (found, type(found)) == (value, type(value))
    if isinstance(value, dict):
        assert list(value) == list(found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int", "1.5"),
        ("int", "true"),
        ("bool", "1"),
        ('"a" | "b"', '"a"'),
        ("{a: int}", "{}"),
        ("{a: int}", '{"a": 1, "b": 2}'),
        ("list[int]", "[1, "),
        ("list[int]", "[" * 100_000),
    ],
)
def test_parsing_refuses(kind: str, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_output(parse_type(kind), text)


@pytest.mark.parametrize("text", [t for t in TYPES if t != "float?"])
def test_a_schema_is_read_back(text: str) -> None:
    kind = parse_type(text)
    assert type_of_schema(json.loads(json.dumps(json_schema(kind)))) == kind


def test_a_schema_with_definitions() -> None:
    schema = {
        "$defs": {"P": {"type": "object", "properties": {"x": {"type": "integer"}}}},
        "type": "object",
        "title": "T",
        "properties": {"p": {"$ref": "#/$defs/P"}, "s": {"const": "a"}},
    }
    assert str(type_of_schema(schema)) == '{p: {x: int}, s: "a"}'


@pytest.mark.parametrize(
    "schema",
    [
        [],
        {"type": "string", "pattern": "a+"},
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        {"$ref": "#/$defs/Missing"},
        {"$defs": {"A": {"type": "array", "items": {"$ref": "#/$defs/A"}}}, "$ref": "#/$defs/A"},
    ],
)
def test_a_schema_that_types_can_not_say(schema: object) -> None:
    with pytest.raises(ValueError, match="JSON schema"):
        type_of_schema(schema)


PATTERNS = [
    r"a*b",
    r"(ab|c)+d?",
    r"[^a-c]x{2,3}",
    r"\d+(\.\d+)?",
    r"-?(0|[1-9][0-9]{0,3})",
    r"^(?:yes|no)$",
    r"[\w\-.]+@[a-z]+",
    r"(?P<x>a|b){3}",
    r"[]a]+",
    r"a{2,}?",
    r"\x61\u0062\.",
    r"",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_agree_with_re(pattern: str) -> None:
    rng, state = random.Random(pattern), compile_pattern(pattern)
    for _ in range(500):
        text = "".join(rng.choice("abcdx019.-@ yesno]") for _ in range(rng.randint(0, 6)))
        assert matches(state, text) == bool(re.fullmatch(pattern, text))


@pytest.mark.parametrize(
    "pattern",
    ["(", "a)", "[a", "*a", "a{3,2}", "a{9999}", "(?=a)", r"\b", r"\xzz", "a" * 30_000,
     "(" * 5000],
)  # fmt: skip
def test_patterns_that_are_not_taken(pattern: str) -> None:
    with pytest.raises(RegexError):
        compile_pattern(pattern)
