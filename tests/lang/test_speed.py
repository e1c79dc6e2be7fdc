"""The front end is fast, and its time grows with the length of the file, not faster."""

from __future__ import annotations

from pathlib import Path

import pytest
from clock import processor_time

from sglc.ir.span import Source
from sglc.lang import compile_source

PROGRAM = (
    (Path(__file__).resolve().parents[2] / "examples" / "agent.sgl")
    .read_text(encoding="utf-8")
    .split("program agent", 1)[1]
)
STEP = """    user:
        "Step {i} of {{x}} and {{k}}.\\n"
        "More text here: {{answer}}"
    assistant: a{i} = gen(max_tokens=64, stop="\\n")
    if a{i} == "x":
        answer = a{i}
        n = n + 1
    else:
        user: "again {{n}}"
"""


def many_programs(lines: int) -> str:
    """A file of small programs."""
    parts = ["extern def search(query: str) -> str\n\n"]
    for number in range(lines // (PROGRAM.count("\n") + 1)):
        parts.append(f"program agent{number}{PROGRAM}\n")
    return "".join(parts)


def one_program(lines: int) -> str:
    """A file with one long program."""
    steps = [STEP.format(i=number) for number in range(lines // 9)]
    head = 'program p(x: str, k: int) -> str:\n    n = 0\n    answer = ""\n'
    return f"{head}{''.join(steps)}    return answer\n"


def seconds(text: str) -> float:
    """The best of three of processor time, which other work on the machine does not change."""
    found: list[float] = []
    for _ in range(3):
        with processor_time() as cost:
            module, diagnostics = compile_source(Source("speed.sgl", text))
        found.append(cost.seconds)
        assert module is not None
        assert diagnostics == []
    return min(found)


@pytest.mark.slow
@pytest.mark.parametrize("make", [many_programs, one_program])
def test_ten_thousand_lines(make) -> None:
    text = make(10_000)
    assert text.count("\n") > 9_000
    once, twice = seconds(text), seconds(make(20_000))
    print(f"{make.__name__}: {once:.2f} s, doubled {twice:.2f} s ({twice / once:.2f} times)")
    assert once < 4
    assert twice < 2.3 * once
