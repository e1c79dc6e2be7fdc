"""The parser goes on after an error: several per file, each once, and where it is."""

from __future__ import annotations

import pytest

from sglc.ir.span import Source
from sglc.lang import compile_source
from sglc.lang.syntax.parser import parse


def found(text: str) -> list[tuple[str, int, int]]:
    """The diagnostics of a text as code, line and column."""
    diagnostics = compile_source(Source("t.sgl", text))[1]
    places = [(d.code, d.span) for d in diagnostics]
    return [(code, *span.source.position(span.start)) for code, span in places if span is not None]


THREE = [
    (
        """program a(x: str) -> str:
    "Hello {y}."
    answer = gen(max_token=3)
    if answer = "x":
        "more"
    return answer
""",
        [("SGL0104", 2, 13), ("SGL0108", 3, 18), ("SGL0001", 4, 15)],
    ),
    (
        """type T = {a: strr}

program a(x: T) -> str
    "unterminated
    return x.a
""",
        [("SGL0105", 1, 14), ("SGL0001", 3, 23), ("SGL0002", 4, 5)],
    ),
    (
        """program a():
    user "hi"
    assistant: x = gen(
    user: "{x"
""",
        [("SGL0001", 2, 9), ("SGL0001", 3, 24), ("SGL0005", 4, 12)],
    ),
    (
        """program a(n: int):
    for i i range(3):
        "{i}"
        "{j}"
    while n > 3:
        "x"
""",
        [("SGL0001", 2, 11), ("SGL0104", 4, 11), ("SGL0315", 5, 5)],
    ),
    (
        """program a(x: str) -> int:
    else:
        "{x}"
    return "3"

program b():
    use nothing()
""",
        [("SGL0013", 2, 5), ("SGL0201", 4, 12), ("SGL0112", 7, 9)],
    ),
]


@pytest.mark.parametrize(("text", "expected"), THREE)
def test_three_independent_mistakes_give_three_diagnostics(
    text: str, expected: list[tuple[str, int, int]]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("program a(x: str)\n    x\n", ("SGL0001", 1, 18)),
        ("program a(x: str:\n    x\n", ("SGL0001", 1, 17)),
        ("program a():\n    x = [1, 2\n", ("SGL0001", 2, 14)),
        ("program a():\n    x = len([1, 2]\n    \"{x}\"\n", ("SGL0001", 2, 19)),
        ("program a():\n    x = len(\n    y = 2\n", ("SGL0001", 2, 13)),
        ("program a(b: bool):\n    if b\n        \"x\"\n", ("SGL0001", 2, 9)),
        ('import "x.sgl" name\n', ("SGL0001", 1, 15)),
    ],
)  # fmt: skip
def test_a_missing_token_is_reported_where_it_is_missing(
    text: str, place: tuple[str, int, int]
) -> None:
    assert place in found(text)


def test_a_broken_header_keeps_its_block_and_its_names() -> None:
    text = 'program a(xs: list[str]):\n    for one two three in xs:\n        "{one} {nope}"\n'
    assert [code for code, *_ in found(text)] == ["SGL0001", "SGL0104"]


def test_a_hundred_errors_are_enough() -> None:
    text = "program a():\n" + "    x = = =\n" * 500
    assert len(found(text)) == 100


def test_an_unclosed_bracket_does_not_swallow_the_file() -> None:
    text = 'program a():\n    x = len([1],\n\nprogram b():\n    "{nope}"\n'
    assert [(code, line) for code, line, _ in found(text)] == [("SGL0001", 2), ("SGL0104", 5)]


def test_an_empty_file_is_fine() -> None:
    for text in ("", "\n\n", "# only a comment", '"""Only a doc."""'):
        parsed = parse(Source("t.sgl", text))
        assert parsed.diagnostics == ()


def test_spans_cover_what_they_mean() -> None:
    source = Source("t.sgl", 'program a(x: str):\n    "A {x} B"\n')
    program = parse(source).tree.items[0]
    assert program.span.text == source.text.rstrip("\n")
    assert program.body[0].value.span.text == '"A {x} B"'  # pyright: ignore


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_line_ends_do_not_matter(line_end: str) -> None:
    text = 'program a():\n    """One\n    two"""\n    "x"'.replace("\n", line_end)
    parsed = parse(Source("t.sgl", text))
    assert parsed.diagnostics == ()
    assert parsed.tree.items[0].body[0].value.value == "One\ntwo"  # pyright: ignore
