"""Regular expressions: what `auto` takes gives texts that `re` matches whole; what it can't keep it refuses."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest

from sglc.ir.constrained.pattern import compile_pattern, plain_pattern
from sglc.ir.constrained.regex import RegexError, matches
from sglc.ir.sampling import Constraint
from sglc.ir.target import Tokenizer
from sglc.runtime.engine.grammar.backend import GrammarBackend
from sglc.runtime.engine.grammar.choice import make_grammar_backend
from sglc.runtime.engine.grammar.protocol import ConstraintUnusable

from .schema_walks import accepts, walk

# a pattern, and a text that it matches
KEPT = [
    (r"abc", "abc"), (r"^abc$", "abc"), (r"\Aabc\Z", "abc"), (r"(^a|b)c", "ac"), (r"(a$|b)", "a"), (r"^a|b$", "b"),
    (r"(?:ab)+", "abab"), (r"a{2}", "aa"), (r"a{2,}", "aaa"), (r"a{,2}", "a"), (r"a{2,4}?", "aa"), (r"a*?b", "aab"),
    (r"(?i)aBc", "AbC"), (r"(?s).", "\n"), (r"(?x) a b ", "ab"), (r"(?P<n>ab)", "ab"), (r"a(?#c)b", "ab"),
    (r"[^\n]*\.", "Hi."), (r"\d+", "12"), (r"\w{1,3}", "a_1"), (r"\s", "\t"), (r"\D", "x"), (r"\S\W", "x-"),
    (r"[^\d]", "x"), (r"[^\w]", "-"), (r"[\d\-x]", "-"), (r"[]a]", "]"), (r"[^]a]", "b"), (r"[\\x]", "\\"),
    (r"[a\]^-]", "^"), (r"\x61\u0062", "ab"), (r"\07\101", "\x07A"), (r"\n\t\r", "\n\t\r"), (r"[\s\S]", "x"),
    (r"(a|)b", "b"), (r"", ""), (r"é+", "éé"), (r"\.\*\(", ".*("), (r"\/\-\_", "/-_"), (r"[a-z&&[b]]", "&]"),
    (r"a{x}", "a{x}"), (r"}]", "}]"), (r"[\b]", "\b"),
]  # fmt: skip
REFUSED = [
    r"a^b", r"a$b", r"a\b", r"\Bab", r"(?=a)ab", r"a(?!b)c", r"(?<=a)b", r"(a)\1", r"(?P<x>a)(?P=x)", r"a++", r"(?>a)",
    r"(?m)^a$", r"abc\z", r"\p{L}", r"[z-a]", r"\q", "(a", "*a", "a{1001}", r"(?i)[^a]", "[^\\s\\S]",
]  # fmt: skip


@cache
def backend(folder: Path) -> GrammarBackend:
    return make_grammar_backend("auto", Tokenizer.from_file(folder), 320)


@pytest.mark.parametrize(("pattern", "text"), KEPT)
def test_what_is_taken_is_kept(tiny: Path, pattern: str, text: str) -> None:
    make = backend(tiny).compile(Constraint("regex", pattern))
    assert make is not None
    assert accepts(backend(tiny), make(), text)
    chance = random.Random(pattern)
    for _ in range(24):
        found = walk(backend(tiny), make(), chance)
        assert found is None or re.fullmatch(pattern, found)


@pytest.mark.parametrize(("pattern", "text"), KEPT)
def test_plain_words_mean_the_same(pattern: str, text: str) -> None:
    assert matches(compile_pattern(pattern), text)
    assert re.fullmatch(plain_pattern(pattern), text)
    assert matches(compile_pattern(plain_pattern(pattern)), text)


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_can_not_be_kept_is_refused(tiny: Path, pattern: str) -> None:
    with pytest.raises(ConstraintUnusable, match="regex") as caught:
        backend(tiny).compile(Constraint("regex", pattern))
    assert caught.value.help
    with pytest.raises(RegexError):
        plain_pattern(pattern)
