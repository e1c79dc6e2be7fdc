"""A turn that is written again without white space at its edges: as the reference does it, piece by piece."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sglc.ir.meaning import conversation as reference
from sglc.ir.target.conversation import Chunk
from sglc.ir.target.turns import Trim
from sglc.runtime.executor.echoes import trimmed
from sglc.runtime.executor.prompts import Piece

TEXTS = st.lists(st.sampled_from(["", " ", "\n\n", "a", " b", "c ", " d e "]), max_size=6)


def kept(texts: list[str], trim: Trim) -> list[str]:
    return [piece.text for piece in trimmed([Piece(text) for text in texts], trim)]


@given(TEXTS, st.booleans(), st.booleans())
@example(["\n\n", ""], False, True)
def test_pieces_are_trimmed_as_the_reference_trims_them(
    texts: list[str], left: bool, right: bool
) -> None:
    whole = "".join(texts)
    shown = whole.lstrip() if left else whole
    chunks = [Chunk(text, False) for text in texts]

    found = kept(texts, Trim(left, right))

    assert "".join(found) == (shown.rstrip() if right else shown)
    assert found == [chunk.text for chunk in reference.trimmed(chunks, left, right)]


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (["\n\n", ""], []),  # white space before an answer that shows nothing is at the edge, too
        (["a", "", " "], ["a", ""]),
        (["a", ""], ["a", ""]),
        ([""], [""]),
    ],
)
def test_an_answer_that_shows_nothing_does_not_hold_white_space(
    texts: list[str], left: list[str]
) -> None:
    assert kept(texts, Trim(right=True)) == left
