"""Where the text between two turns is cut: any cut gives the same text, and openers are alike where they can be."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sglc.ir.target.turns.ends import find_ends

TEXT = st.sampled_from(["<a>", "<b>", "<a><b>", "<a>\n", "\n", "", "x", "<b>x"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ends=st.lists(TEXT, min_size=3, max_size=3),
    openers=st.lists(TEXT, min_size=2, max_size=2),
    start=TEXT,
    says_ends=st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_a_cut_is_a_beginning_of_each_text_that_follows(
    ends: list[str], openers: list[str], start: str, says_ends: list[bool]
) -> None:
    gaps = {(past, f): ends[past] + openers[f] for past in (1, 2) for f in (0, 1)}
    gaps |= {(0, f): start + openers[f] for f in (0, 1)}
    closed = ["", *(ends[p] if says_ends[p] else "<other>" for p in (1, 2))]
    found = find_ends(closed, gaps)
    assert set(found) == {0, 1, 2}
    for (past, _), gap in gaps.items():
        assert gap.startswith(found[past])


def test_what_is_closed_alike_everywhere_opens_alike_everywhere() -> None:
    gaps = {
        (1, 0): "<end>\n<user>",
        (1, 1): "<end>\n<bot>",
        (2, 0): "<stop><user>",
        (0, 0): "<s><user>",
    }
    assert find_ends(["", "<end>\n", "<last>"], gaps) == {0: "<s>", 1: "<end>\n", 2: "<stop>"}


def test_a_turn_without_an_end_of_its_own_is_cut_by_what_opens_the_next() -> None:
    gaps = {(1, 0): "<user>", (1, 1): "<bot>", (2, 0): "<end><user>", (0, 0): "<user>"}
    assert find_ends(["", "", ""], gaps) == {0: "", 1: "", 2: "<end>"}
