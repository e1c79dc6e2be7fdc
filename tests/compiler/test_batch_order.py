"""Rows of a batch start in the order in which their prompts share most."""

from __future__ import annotations

from pathlib import Path

import pytest

from sglc.compiler.batch_order import batch_order, prompt_fields
from sglc.compiler.driver import compile_module, load
from sglc.runtime.rows import Row

SOURCE = """
program ask(question: str, rules: str @release, document: str @session) -> str:
    system: "{rules}"
    user:
        "{document}\\n"
        "{question}"
    assistant: answer = gen(max_tokens=8)
    return answer
"""


@pytest.fixture
def plan(tmp_path: Path):
    file = tmp_path / "ask.sgl"
    file.write_text(SOURCE, encoding="utf-8")
    return compile_module(load(file)[0]).plan


def test_fields_come_in_the_order_of_the_prompt(plan):
    assert prompt_fields(plan.programs[0]) == ("rules", "document", "question")


def test_rows_that_share_a_beginning_start_together(plan):
    documents = ["a", "b", "a", "b", "c", "a"]
    rows = [
        Row(number, number + 1, {"rules": "r", "document": name, "question": f"q{number}"})
        for number, name in enumerate(documents)
    ]

    assert batch_order(plan, "ask", rows) == [0, 2, 5, 1, 3, 4]


def test_a_row_that_cannot_be_read_has_a_place_too(plan):
    rows = [Row(0, 1, {"rules": "r"}), Row(1, 2, {})]

    assert sorted(batch_order(plan, "ask", rows)) == [0, 1]
