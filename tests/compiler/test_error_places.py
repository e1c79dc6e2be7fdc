"""Errors at run time stand where the fault is: each has the file, the line and the text that it happened in."""

from __future__ import annotations

from pathlib import Path

import pytest

from sglc.compiler.driver.compilation import Options, compile_file
from sglc.compiler.running.execution import Job, execute_job
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.batch.rows import rows_of

CASES = {
    "an index": ('    "{items[7]}"', "SGL3301", "items[7]"),
    "a bound index": ('    picked = items[7]\n    "{picked}"', "SGL3301", "items[7]"),
    "a division": ('    part = 1 // n\n    "{part}"', "SGL3303", "1 // n"),
    "the inner of two": ('    deep = (items[7] + 1) * 2\n    "{deep}"', "SGL3301", "items[7]"),
    "in a loop": ('    for i in range(3):\n        "{items[i]}"', "SGL3301", "items[i]"),
    "in a comprehension": (
        '    all = [1 // (x - 1) for x in items]\n    "{len(all)}"',
        "SGL3303",
        "1 // (x - 1)",
    ),
    "a condition": ('    if items[9] > 1:\n        "x"', "SGL3301", "items[9]"),
    "a parameter": ('    a = gen(max_tokens=items[9])\n    "{a}"', "SGL3301", "items[9]"),
}


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("case", CASES)
def test_an_error_says_where_it_happened(case: str, level: int, tmp_path: Path) -> None:
    body, code, text = CASES[case]
    head = 'program main(items: list[int], n: int, text: str) -> str:\n    "Go:"'
    file = tmp_path / "p.sgl"
    end = "    last = gen(max_tokens=2)\n    return last\n"
    file.write_text(f"# places\n{head}\n{body}\n{end}")
    made = compile_file(file, Options(level=level), model="estimate")
    (row,) = rows_of([{"items": [1, 2], "n": 0, "text": "{"}], made.plan.programs[0])
    job = Job(plan=made.plan, choice=made.choice, program="main", rows=[row])
    (found,) = execute_job(job, MockBackend(made.choice.target)).results
    assert found.error is not None
    assert found.error.code == code
    span = found.error.span
    assert span is not None, found.error.message
    assert span.file == str(file)
    assert span.text == text
    line = next(n for n, each in enumerate(file.read_text().splitlines(), 1) if text in each)
    assert span.line == line
