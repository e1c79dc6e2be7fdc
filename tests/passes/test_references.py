"""What ties a section to its place, one word at a time; `test_corpus.py` has whole templates."""

from __future__ import annotations

import pytest

from sglc.passes.analysis.references import SLOT, references


def ties(text: str) -> list[tuple[str, str]]:
    return [(found.words, found.tie) for found in references(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<rules>\nAnswer in English.\n", "<rules>"),
        ("Answer in English.\n</rules>\n", "<rules>"),
        ('<doc id="1">The harbour opens at nine.', "<doc>"),
        ("<a><b>The harbour opens at nine.</a>", "<b>"),
        ("<a><a>The harbour opens at nine.</a>", "<a>"),
        ("```python\nprint(harbour)\n", "```"),
        ("print(harbour)\n```\n", "```"),
        ("```\nharbour\n```\nThe harbour.\n```\n", "```"),
        ("The harbour (opened at nine", "()"),
        ("The harbour, opened at nine]", "[]"),
        ('{"harbour": "opens at nine",', "{}"),
    ],
)
def test_what_is_open_at_an_end_of_a_section_holds_it(text: str, words: str) -> None:
    assert ties(text) == [(words, "fixed")]


@pytest.mark.parametrize(
    "text",
    [
        "<rules>\nAnswer in English.\n</rules>\n",
        "<a><b>The harbour opens at nine.</b></a>",
        "The harbour<br/> opens at nine.",
        '<image src="x"/>The harbour opens at nine.',
        "```\nharbour\n```\n",
        "The harbour (opened at nine) is [here].",
        '{"harbour": "opens at nine"}',
        "a) harbour or quay",  # a list's own bracket
        f"Harbour <{SLOT}> opens at nine.",
    ],
)
def test_what_a_section_closes_itself_holds_nothing(text: str) -> None:
    assert [tie for _, tie in ties(text) if tie == "fixed"] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Please weigh with care this question.", ["this question"]),
        ("Weigh the question with care; this question is hard.", []),
        ("Please follow with care these rules.", ["these rules"]),
        ("Write one short line. Follow these rules.", []),  # which stand before
        (f"Read with care {SLOT} and weigh this question.", []),
    ],
)
def test_a_noun_that_a_section_points_at_stands_before_it_or_in_it(
    text: str, words: list[str]
) -> None:
    assert [found for found, tie in ties(text) if tie == "previous"] == words
