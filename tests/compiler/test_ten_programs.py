"""The ten realistic programs at both levels: on the hash model through the whole pipeline, and on a real model.

An answer may be cut short by a real model that says nothing sensible; then the row has an error with the code of that,
and nothing else may go wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import calls, gap, is_tight, mispredicted, run_traced
from example_programs import ROOT, Example
from ten_programs import TEN

from sglc.compiler.driver.compilation import Build, Options, compile_file
from sglc.compiler.running.backends import BackendOptions, make_backend
from sglc.runtime.backend import Backend
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.batch.rows import RowResult

CUT_SHORT = "SGL3201"
SHARED_BY_VALUES = {"generative_agents"}
"""Two of its programs begin with the same text only because they are called with the same values: more is
cached than a plan can know."""

each_program = pytest.mark.parametrize("example", TEN, ids=lambda e: e.name)


def build(example: Example, level: int, model: str | None = "estimate") -> Build:
    return compile_file(example.path.relative_to(ROOT), Options(level=level), model)


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def problems(results: list[RowResult]) -> list[str]:
    found = [result.error for result in results if result.error is not None]
    return [str(error) for error in found if error.code != CUT_SHORT]


@each_program
@pytest.mark.parametrize("level", [0, 1])
def test_on_the_hash_model(example: Example, level: int, tmp_path: Path) -> None:
    made, path = build(example, level), tmp_path / "t.jsonl"
    results = run_traced(made, example, MockBackend(made.choice.target), path)
    assert [result.error for result in results] == [None]
    assert is_tight(path), gap(path)
    if example.name not in SHARED_BY_VALUES:
        assert mispredicted(path) == []


@pytest.mark.parametrize("example", [e for e in TEN if e.name != "retrieval"], ids=lambda e: e.name)
def test_levels_answer_the_same(example: Example, tmp_path: Path) -> None:
    """All but `retrieval`, which declares an order free."""
    answers = []
    for level in (0, 1):
        made = build(example, level)
        backend = MockBackend(made.choice.target)
        (result,) = run_traced(made, example, backend, tmp_path / f"{level}.jsonl")
        answers.append((result.result, result.error and result.error.code))
    assert answers[0] == answers[1]


@pytest.fixture(scope="module")
def engine() -> Iterator[Backend]:
    choice = build(TEN[0], 1, None).choice
    made = make_backend(BackendOptions(name="engine", kv_cache_tokens=16_384), choice)
    yield made
    asyncio.run(made.close())


@pytest.mark.model
@pytest.mark.slow
@each_program
@pytest.mark.parametrize("level", [0, 1])
def test_on_a_model(example: Example, level: int, engine: Backend, tmp_path: Path) -> None:
    made, path = build(example, level, None), tmp_path / "t.jsonl"
    engine.flush()  # type: ignore[attr-defined]
    results = run_traced(made, example, engine, path)
    assert problems(results) == []
    assert len(calls(path)) >= (1 if results[0].error else 2)
    assert is_tight(path), gap(path)
