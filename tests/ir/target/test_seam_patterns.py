"""Patterns as graphs: where they say that nothing goes over a border, the library's engine agrees."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tokenizers import Regex, pre_tokenizers

from sglc.ir.target.seams.reading import UnknownPattern, read_pattern

CLASSES = st.sampled_from(
    ["a", "b", ".", r"\s", r"\S", r"\p{L}", r"\p{N}", "[ab1]", r"[^\sa]", "[a-b&&[^b]]", r"\n", "1", " ", "é"]
)  # fmt: skip
TIMES = st.sampled_from(
    ["", "", "?", "+", "*", "{1,2}", "{2}", "{1,2}+", "?+", "++", "*+", "+?", "{2,}"]
)
PART = st.builds(str.__add__, CLASSES, TIMES)
GROUP = st.builds(
    lambda sign, parts, times: f"({sign}{'|'.join(parts)}){times}",
    st.sampled_from(["?:", "?i:", "?>", ""]),
    st.lists(PART, min_size=1, max_size=3),
    st.sampled_from(["", "?", "+", "*"]),
)
SHORT = st.builds(str.__add__, CLASSES, st.sampled_from(["", "?", "*", "+", "{2}"]))
LOOK = st.builds(
    lambda sign, parts, end: f"({sign}{''.join(parts)}{end})",
    st.sampled_from(["?=", "?!"]),
    st.lists(SHORT, min_size=1, max_size=2),
    st.sampled_from(["", "", "$", r"\b", r"(?:\P{N}|$)"]),
)
MORE = st.lists(st.one_of(PART, PART, GROUP, LOOK, st.just(r"\b"), st.just("$")), max_size=2)  # fmt: skip
BRANCH = st.builds(lambda first, more: first + "".join(more), st.one_of(CLASSES, GROUP, LOOK), MORE)
PATTERN = st.lists(BRANCH, min_size=1, max_size=3).map("|".join)
TEXT = st.text(alphabet="abB1 \né.", min_size=2, max_size=10)


def pieces(pattern: str, text: str) -> list[int]:
    """Where the library splits a text."""
    step = pre_tokenizers.Split(Regex(pattern), "isolated")
    return [start for _, (start, _) in step.pre_tokenize_str(text)]


@pytest.mark.parametrize("count", [200, pytest.param(600, marks=pytest.mark.slow)])
def test_both_sides_of_a_border_that_nothing_goes_over_split_alike(count: int) -> None:
    borders = 0

    @settings(
        max_examples=count, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
    )
    @given(pattern=PATTERN, text=TEXT)
    def judge(pattern: str, text: str) -> None:
        nonlocal borders
        try:
            graph = read_pattern(pattern)
            whole = pieces(pattern, text)
        except (UnknownPattern, ValueError):
            assume(False)
            raise
        for at in range(1, len(text)):
            if graph.spans(text[at - 1], text[at]):
                continue
            right = [at + start for start in pieces(pattern, text[at:])]
            apart = [*pieces(pattern, text[:at]), *right]
            assert sorted({*whole, at}) == apart
            if graph.covers(text[at - 1]) or graph.covers(text[at]):
                assert at in whole
            borders += 1

    judge()
    assert borders >= count // 2, "most patterns were passed over"


@pytest.mark.parametrize(
    "pattern",
    ["^a", "(?<=a)b", r"(a)\1", "a*", "$", r"\bab", "[[:alpha:]]+", r"a\h", "(?=(?=a)b)a", "(a"],
)
def test_what_graphs_cannot_tell_is_refused(pattern: str) -> None:
    with pytest.raises(UnknownPattern):
        read_pattern(pattern)


def test_an_interval_before_a_plus_is_repeated_and_not_possessive() -> None:
    assert pieces(r"\p{N}{1,2}+", "12345") == [0]
    assert read_pattern(r"\p{N}{1,2}+").spans("1", "2")


def test_digits_counted_from_the_right_end_where_the_digits_end() -> None:
    pattern = read_pattern(r"\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|$))|\s+")
    assert pattern.spans("1", "2")
    assert not pattern.spans("1", " ")
    assert pattern.covers(" ")
