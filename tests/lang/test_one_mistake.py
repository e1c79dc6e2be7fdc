"""A mistake that people bring from Python is said once, with what to write instead."""

from __future__ import annotations

import pytest

from sglc.ir.span import Source
from sglc.lang import compile_source

AROUND = """program answer(q: str, xs: list[str], n: int) -> str:
    "{q}"
%s
    a = gen()
    return a
"""
MISTAKES = {
    'b = selct("x", "y")': "there is a name `select`",
    "break": "it stands in a `for` or a `while`; `return` ends a program",
    "continue": "it stands in a `for` or a `while`; `return` ends a program",
    "b = None": "write `none`",
    'try:\n        "x"\n    except:\n        "y"': "a failed call fails its row; "
    "an answer of an optional type (`T?`) is `none` where it was cut short",
    '"{q!r}"': "a value is written as it is; `json(x)` writes a text in quotes, a list or a record",
    'b = xs\n    b[0] = "y"': "lists and records never change: bind a new one, `b = [...]` or `b = {...}`",
    'b = gen(max_tokens="5")': "numbers stand without quotes: `5`",
    'b = gen(regex="(ab")': "close it with `)`, or write `\\(` for the character itself",
    'f"{q}"': "every text interpolates `{name}`: leave the `f` out",
    'f"a {n} b"\n    "c"': "every text interpolates `{name}`: leave the `f` out",
    "n++": "`n += 1` counts",
    "if n is None:\n        pass": "`==` compares, also with `none`",
    'if n == 1:\n        "b"\n    else if n == 2:\n        "c"': "another condition is an `elif`",
    'b = n > 1 ? "x" : "y"': "a choice between values is `a if condition else b`",
    "print(q)": "write an expression statement: its value joins the prompt",
    'xs.append("y")': "lists are joined: `xs = xs + [item]`",
    "b = q.upper()": "write `upper(q)`",
    "b = str(n)": 'write `"{x}"`',
}  # fmt: skip
FILES = {
    "progam answer(q: str) -> str:\n    a = gen()\n    return a\n": "there is a word `program`",
    "program answer(q: dict[str, int]) -> str:\n    a = gen()\n    return a\n": "a record names its fields, "
    "`{name: str, age: int}`; a table is a list of records, in which `find_by` looks",
    "import os\nprogram answer(q: str) -> str:\n    a = gen()\n    return a\n": "files are imported with "
    '`import "path.sgl" as name`',
}  # fmt: skip
ALLOWED = [
    '"{n:.2f} {round(1.25, 1)}"',
    '"{q[:10]} {q[-1]} {len(xs[1:])}"',
    'for x in xs:\n        if x == "stop":\n            break\n        "{x}"',
    'table = [{k: "a", v: 1}]\n    row = find_by(table, "k", q)\n    if row != none:\n        "{row.v}"',
]


def said(text: str) -> list[tuple[str, ...]]:
    return [found.helps for found in compile_source(Source("p.sgl", text))[1]]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_program_brings_one_answer(mistake: str) -> None:
    assert said(AROUND % f"    {mistake}") == [(MISTAKES[mistake],)]


@pytest.mark.parametrize("text", FILES)
def test_a_mistake_in_a_declaration_brings_one_answer(text: str) -> None:
    assert said(text) == [(FILES[text],)]


@pytest.mark.parametrize("statement", ALLOWED)
def test_what_the_language_has_is_no_mistake(statement: str) -> None:
    assert said(AROUND % f"    {statement}") == []
