"""`find_by` is judged where it is written: the field must be there, and be able to have the value."""

from __future__ import annotations

import pytest

from sglc.ir.span import Source
from sglc.lang.compile import compile_source

PROGRAM = """program p(rows: list[{{name: str, age: int}}], key: str) -> str:
    row = find_by({args})
    return "a" if row == none else "b"
"""
MISTAKES = {
    'rows, "nam", key': ("SGL0107", "unknown field `nam`", "there is a field `name`"),
    'rows, "xyzzy", key': ("SGL0107", "unknown field `xyzzy`", "its fields are `name`, `age`"),
    'rows, "age", key': ("SGL0206", "`int` and `str` are never equal", "field `age` is `int`"),
    "rows, key, key": (
        "SGL0214",
        "the field of `find_by` is a plain text",
        "its records have `name`, `age`",
    ),
}


@pytest.mark.parametrize("args", MISTAKES)
def test_a_lookup_that_finds_nothing_is_a_mistake(args: str) -> None:
    _, found = compile_source(Source("t.sgl", PROGRAM.format(args=args)))
    assert [(each.code, each.headline, *each.helps) for each in found] == [MISTAKES[args]]


@pytest.mark.parametrize("args", ['rows, "name", key', 'rows, "age", 3', '[], "name", key'])
def test_one_that_may_find_something_is_none(args: str) -> None:
    _, found = compile_source(Source("t.sgl", PROGRAM.format(args=args)))
    assert [each.code for each in found] == []
