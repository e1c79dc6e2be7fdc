"""Types: their text is canonical and reads back as the same type."""

from __future__ import annotations

import pytest

from sglc.ir.types import STR, ListType, OptionalType, RecordType, UnionType, parse_type


@pytest.mark.parametrize(
    "text",
    [
        "str",
        "prompt",
        "any",
        "list[int?]",
        "{}",
        '{"$prompt": prompt, a: int}',
        '{name: str, parts: list[{kind: "x" | "y"}]}',
        '("a" | "b")?',
        "1 | 2",
        "-1 | 0 | 1",
        "-1.5 | -1e-07",
        "list[{n: (-2)?}]",
        "true | false",
        '"quote \\" and | bar" | "b"',
    ],
)
def test_text_reads_back(text: str) -> None:
    assert str(parse_type(text)) == text


def test_structure() -> None:
    record = parse_type('{a: list[str], b: ("x")?}')
    assert record == RecordType((("a", ListType(STR)), ("b", OptionalType(UnionType(("x",))))))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "missing"),
        ("strr", "unknown type 'strr'"),
        ("list[int", "']' is missing"),
        ("{a int}", "':' is missing"),
        ("{a: int, a: str}", "not a new field name"),
        ('"a" |', "missing"),
        ("int int", "unexpected 'int'"),
        ("$", "not a type"),
        ("list[" * 100 + "int" + "]" * 100, "too deeply"),
    ],
)
def test_bad_text(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("[", r"\[")):
        parse_type(text)
