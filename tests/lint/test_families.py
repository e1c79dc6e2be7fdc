"""Families of two states: one that begins with something volatile now shares nothing, and is said to."""

from pathlib import Path

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.families import compare, held_of
from sglc.compiler.lint.finding import Cause, Family
from sglc.compiler.lint.run import lint

PROGRAM = """from datetime import datetime
from openai import OpenAI

RULES = "Keep to the timetable, and name the page that you rely on. " * 60


def ask(text):
    system = {head}RULES
    messages = [{{"role": "system", "content": system}}, {{"role": "user", "content": text}}]
    return OpenAI().chat.completions.create(model="gpt-5.1", messages=messages)
"""


def _families(file: Path, head: str) -> list[Family]:
    file.write_text(PROGRAM.format(head=head))
    return list(lint([file], Config()).families)


def test_a_clock_that_comes_to_stand_in_front_costs_the_family(tmp_path: Path) -> None:
    before = _families(tmp_path / "desk.py", "")
    now = _families(tmp_path / "desk.py", "f'{datetime.now():%H:%M} ' + ")
    assert [f.tokens for f in now] == [0]
    (found,) = compare(held_of(before), now, 0, "at main")
    assert found.cause is Cause.SHRUNK
    assert found.loss is not None
    assert found.loss.tokens == before[0].tokens > 500


def test_a_clock_that_is_gone_is_no_loss(tmp_path: Path) -> None:
    before = _families(tmp_path / "desk.py", "f'{datetime.now():%H:%M} ' + ")
    now = _families(tmp_path / "desk.py", "")
    assert compare(held_of(before), now, 0, "at main") == []
