"""The table of targets, and the arithmetic on it."""

import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sglc.ir.target.rules import Price, Shared, all_rules, place_breakpoints, rules_for


def test_every_row_has_a_date_and_sourced_facts() -> None:
    rows = all_rules()
    assert set(rows) >= {"sglc", "sglang", "vllm", "openai", "anthropic", "gemini", "deepseek"}
    for row in rows.values():
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row.date)
        assert row.facts
        assert all(fact.source for fact in row.facts)


def test_tokens_match_one_by_one_blocks_whole() -> None:
    assert rules_for("sglang").cached_length(1041) == 1041
    assert rules_for("vllm").cached_length(1041) == 1040
    assert rules_for("vllm").cached_length(15) == 0
    assert rules_for("vllm:784").cached_length(783) == 0
    assert rules_for("openai-automatic").cached_length(1023) == 0
    assert rules_for("openai-automatic").cached_length(1200) == 1152


def test_marks_match_exactly_and_from_the_minimum_on() -> None:
    anthropic = rules_for("anthropic")
    assert anthropic.cached_length(5000, marks=[900, 2000, 6000]) == 2000
    assert anthropic.cached_length(5000, marks=[900]) == 0
    assert anthropic.cached_length(5000, model="claude-haiku-4-5-20260101", marks=[2000]) == 0
    assert anthropic.cached_length(700, model="claude-opus-5", marks=[600]) == 600
    assert anthropic.cached_length(5000) == 0


def test_a_prompt_costs_what_is_plain_read_and_written() -> None:
    assert rules_for("anthropic").cost(1000, 800, 100) == pytest.approx(100 + 80 + 125)
    assert rules_for("sglang").cost(1000, 800) == 1000


@pytest.mark.parametrize("name", ["sglang:16", "vllm:x", "vllm:0", "anthropic:4"])
def test_a_block_size_is_for_blocks(name: str) -> None:
    with pytest.raises(ValueError, match="block size"):
        rules_for(name)


def test_an_unknown_target_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        rules_for("nobody")


def test_no_marks_where_there_are_none() -> None:
    assert place_breakpoints(rules_for("sglang"), [Shared(5000, 9)]) == ()


def test_a_prefix_that_is_never_read_again_is_not_written() -> None:
    assert place_breakpoints(rules_for("anthropic"), [Shared(5000, 0)]) == ()
    assert place_breakpoints(rules_for("anthropic"), [Shared(5000, 1)]) == (5000,)


PREFIXES = st.lists(
    st.builds(Shared, st.integers(500, 9000), st.integers(0, 5)),
    max_size=7,
    unique_by=lambda p: p.position,
)


@settings(max_examples=200, deadline=None)
@given(prefixes=PREFIXES)
def test_the_marks_are_the_best_of_all_choices(prefixes: list[Shared]) -> None:
    rules = rules_for("anthropic")
    marks = place_breakpoints(rules, prefixes)
    assert rules.breakpoints
    assert len(marks) <= rules.breakpoints.limit
    usable = [p.position for p in prefixes if p.position >= rules.minimum]
    choices = [choice for count in range(5) for choice in combinations(usable, count)]
    assert _saved(marks, prefixes) == pytest.approx(
        max(_saved(choice, prefixes) for choice in choices)
    )


def _saved(marks: tuple[int, ...], prefixes: list[Shared]) -> float:
    """Naively: every reader reads its deepest mark, every marked token is written once."""
    price = rules_for("anthropic").price or Price()
    read = sum(p.reads * max((m for m in marks if m <= p.position), default=0) for p in prefixes)
    return read * (1 - price.read) - max(marks, default=0) * (price.write - 1)
