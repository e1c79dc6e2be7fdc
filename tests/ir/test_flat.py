"""Grammars without recursion as regular expressions: both take the same texts."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sglc.ir.constrained.ebnf import EbnfError
from sglc.ir.constrained.flat import flat_pattern
from sglc.ir.constrained.pattern import compile_pattern


@pytest.mark.parametrize(
    ("grammar", "taken", "refused"),
    [
        ('root ::= "a.b" | "(c)"', ["a.b", "(c)"], ["axb", "c", ""]),
        ('root ::= [a-c]+ ("," [0-9]){0,2}', ["abc", "a,1", "b,1,2"], ["", "a,1,2,3", "d"]),
        ('root ::= item*\nitem ::= "x" | "y" "z"?', ["", "xyz", "yyx"], ["z", "xz"]),
        ('root ::= "\\n" [^"\\\\] "\\"" ""', ['\na"'], ['\n""', '\n\\"']),
        ('root ::= two two\ntwo ::= one one\none ::= "0" | "1"', ["0110"], ["011", "01102"]),
    ],
)
def test_the_same_texts_are_taken(grammar: str, taken: list[str], refused: list[str]) -> None:
    pattern = flat_pattern(grammar)
    compile_pattern(pattern)
    assert all(re.fullmatch(pattern, text) for text in taken)
    assert not any(re.fullmatch(pattern, text) for text in refused)


@pytest.mark.parametrize(
    ("grammar", "message"),
    [
        ('root ::= "(" root ")" | "x"', "`root` comes back to itself"),
        ('root ::= a\na ::= "x" b\nb ::= a | "y"', "`a` comes back to itself"),
        ('root ::= "a"\nother ::= [', "no part of a grammar"),
        ("root ::= " + "a" * 1 + "\na ::= " + "b " * 200 + "\nb ::= " + '"xxxxxxxxxx" ' * 50,
         "more than"),
    ],
)  # fmt: skip
def test_what_no_expression_says_is_named(grammar: str, message: str) -> None:
    with pytest.raises(EbnfError, match=message):
        flat_pattern(grammar)


TEXTS = st.text("ab.|*\\n", max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=4), TEXTS)
def test_one_of_some_sequences_takes_them_and_nothing_else(
    ways: list[list[str]], other: str
) -> None:
    shown = {"\n": "\\n", '"': '\\"', "\\": "\\\\"}

    def quoted(text: str) -> str:
        return '"' + "".join(shown.get(char, char) for char in text) + '"'

    pattern = flat_pattern("root ::= " + " | ".join(" ".join(map(quoted, way)) for way in ways))
    texts = {"".join(way) for way in ways}
    assert all(re.fullmatch(pattern, text) for text in texts)
    assert bool(re.fullmatch(pattern, other)) == (other in texts)
