"""Where a finding points: at the line in which text is put together, however far from the call that sends it."""

from pathlib import Path

import pytest

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.run import lint

HEAD = "import openai\nimport sglc as sgl\n\nclient = openai.OpenAI()\n"
TEXT = "Name the play by its first line, its author and its year. " * 30 + "Be brief."
RULES = f"RULES = {TEXT!r}\n\n\n"
ASKS = """def made(number, question):
    return {expression}


def ask(number, question):
    return client.{method}
"""
PROMPT = "completions.create(model='gpt-3.5-turbo-instruct', prompt=made(str(number), question))"
CHAT = "responses.create(model='gpt-5.1', instructions=made(str(number), question), input=question)"
PROGRAM = """def made(scene):
    return {expression}


@sgl.function
def judge(s, scene: str):
    s += made(scene)
    s += sgl.gen("mark", max_tokens=3)
"""


def where(folder: Path, source: str) -> list[tuple[str, str, str]]:
    """Each finding with the source of its origin's line and of its sink's."""
    file = folder / "case.py"
    file.write_text(source)
    lines = source.split("\n")
    found = [(f.code, f.evidence) for f in lint([file], Config()).findings]
    return [(c, lines[e.origin.line - 1].strip(), lines[e.sink.line - 1].strip()) for c, e in found]


@pytest.mark.parametrize(
    ("method", "code", "expression"),
    [
        (PROMPT, "PFX404", 'RULES + question + "\\nAnswer: "'),
        (PROMPT, "PFX404", 'f"{RULES}{question} Answer: "'),
        (CHAT, "PFX404", 'RULES + "Number: 1" + number'),
        (CHAT, "PFX404", 'f"{RULES} Number: 1{number}"'),
        (CHAT, "PFX404", '"{} Number: 1{}".format(RULES, number)'),
        (CHAT, "PFX404", '"".join([RULES, "Number: 1", number])'),
        (CHAT, "PFX201", 'question + "\\n" + RULES'),
    ],
)
def test_a_helper_that_seams_text(tmp_path: Path, method: str, code: str, expression: str) -> None:
    source = HEAD + RULES + ASKS.format(expression=expression, method=method)
    expected = (code, f"return {expression}", f"return client.{method}")
    assert where(tmp_path, source) == [expected]


@pytest.mark.parametrize(
    ("code", "expression"),
    [("PFX404", 'RULES + scene + "\\nMark: "'), ("PFX201", 'scene + "\\n" + RULES')],
)
def test_a_helper_of_a_program(tmp_path: Path, code: str, expression: str) -> None:
    source = HEAD + RULES + PROGRAM.format(expression=expression)
    found = where(tmp_path, source)
    assert [(c, origin) for c, origin, _ in found] == [(code, f"return {expression}")]
    assert found[0][2].startswith("s += ")
