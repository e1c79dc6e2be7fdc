"""`plan-retention` on a pool that is too small for everything: what is used again stays, and is not computed twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from accounts import run_traced, warmed
from example_programs import Example
from lower_bound import calls_of, lower_bound, measured
from tiny_models import tiny

from sglc.compiler.driver.compilation import Options, compile_file
from sglc.runtime.backends.engine import EngineBackend

__all__ = ["tiny"]

PROGRAM = """
program summary(note: str) -> str:
    "{note}"
    line = gen(max_tokens=4, ignore_eos=true)
    return line

program main(manual: str, notes: list[str]) -> str:
    "{manual}"
    topic = gen(max_tokens=4, ignore_eos=true)
    lines: list[str] = []
    for note in notes:
        line = summary(note=note)
        lines = lines + [line]
    "Of {len(lines)} lines, the best: "
    best = gen(max_tokens=4, ignore_eos=true)
    return best
"""
NOTES = 4
MANUAL, NOTE = 200, 60
"""Characters, which are tokens here, within a few."""
POOL = MANUAL + 2 * NOTE + 40


def again(folder: Path, model: Path, without: tuple[str, ...]) -> int:
    """How many tokens are prefilled beyond the lower bound."""
    file, path = folder / "p.sgl", folder / "t.jsonl"
    file.write_text(PROGRAM, encoding="utf-8")
    row = {"manual": "m" * MANUAL, "notes": [f"{n}" * NOTE for n in range(NOTES)]}
    build = compile_file(file, Options(disabled=without), str(model))
    backend = EngineBackend(model, dtype="float32", kv_cache_tokens=POOL)
    try:
        results = run_traced(build, Example("p", (row, row)), backend, path)
        assert [result.error for result in results] == [None]
        assert backend.metrics().evicted > 0
    finally:
        asyncio.run(backend.close())
    assert len(calls_of(path)) == 2 + NOTES
    assert warmed(path) == []
    return measured(path)["prefilled"] - lower_bound(calls_of(path))


@pytest.mark.parametrize(
    ("without", "least", "most"),
    [((), 0, 0), (("plan-retention",), MANUAL, MANUAL + 8)],
    ids=["with hints", "without"],
)
def test_a_prompt_that_is_used_again_outlives_those_that_are_not(
    tmp_path: Path, tiny: Path, without: tuple[str, ...], least: int, most: int
) -> None:
    assert least <= again(tmp_path, tiny, without) <= most
