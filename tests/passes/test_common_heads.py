"""Where literals that begin alike are cut: outside every turn marker, with the same markers before it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sglc.ir.ops import Mark, Text, Value
from sglc.ir.target import Target
from sglc.ir.types import PROMPT
from sglc.passes.analysis.texts import common_head, heads_agree

TOKENIZER = Target.estimating().tokenizer
SHARED = "one two three four"


@st.composite
def marked(draw: st.DrawFn) -> Text:
    """A text that begins like all the others, with markers side by side, empty ones among them."""
    text = SHARED + draw(st.sampled_from(["", " five", " six"]))
    edges = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    marks = [Mark(a, b, "user", "begin") for a, b in pairwise(edges)]
    return Text(Value(PROMPT), Value(PROMPT), text, marks=tuple(marks))


@given(st.lists(marked(), min_size=2, max_size=4))
def test_a_cut_is_outside_every_mark_and_after_the_same_marks(texts: list[Text]) -> None:
    cut = common_head(texts, TOKENIZER)

    assert 0 <= cut <= min(len(text.text) for text in texts)
    assert not any(m.start < cut < m.end for text in texts for m in text.marks)
    assert cut == 0 or heads_agree(texts, cut)


def test_a_mark_that_is_empty_is_cut_before() -> None:
    """A template may open a turn with no text at all; that mark ends where it begins."""
    plain = Text(Value(PROMPT), Value(PROMPT), SHARED)
    marks = (Mark(8, 8, "user", "begin"), Mark(len(SHARED), len(SHARED), "user", "end"))
    marked_ = Text(Value(PROMPT), Value(PROMPT), SHARED, marks=marks)

    assert 0 < common_head([plain, marked_], TOKENIZER) < 8
