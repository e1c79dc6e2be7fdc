"""Every example program: what its plan says, and that runs on the mock backend do exactly that."""

from __future__ import annotations

from pathlib import Path

import pytest
from accounts import gap, is_tight, mispredicted, run_traced
from example_programs import LIST, ROOT, Example

from sglc.compiler.driver.compilation import Build, Options, compile_file
from sglc.compiler.explain.make import of_plan
from sglc.compiler.explain.text.render import render
from sglc.runtime.backends.mock import MockBackend

GOLDEN = Path(__file__).parent / "golden"
each_example = pytest.mark.parametrize("example", LIST, ids=lambda e: e.name)
each_level = pytest.mark.parametrize("level", [0, 1])


def build(example: Example, level: int = 1) -> Build:
    """The example for the estimating target, with the same paths on every machine."""
    return compile_file(example.path.relative_to(ROOT), Options(level=level), "estimate")


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@each_example
@each_level
def test_explain_is_golden(example: Example, level: int, request: pytest.FixtureRequest) -> None:
    text = render(of_plan(build(example, level).plan))
    file = GOLDEN / f"{example.name}-O{level}.txt"
    if request.config.getoption("--bless"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@each_example
@each_level
def test_prefills_the_lower_bound(example: Example, level: int, tmp_path: Path) -> None:
    made, path = build(example, level), tmp_path / "t.jsonl"
    results = run_traced(made, example, MockBackend(made.choice.target), path)
    assert [r.error for r in results] == [None]
    assert is_tight(path), gap(path)
    assert mispredicted(path) == []


@each_example
def test_two_rows_prefill_the_lower_bound_of_both(example: Example, tmp_path: Path) -> None:
    made, path = build(example), tmp_path / "t.jsonl"
    run_traced(made, example, MockBackend(made.choice.target), path, rows=2)
    assert is_tight(path), gap(path)


@each_example
def test_without_a_prefix_cache_it_is_not_tight(example: Example, tmp_path: Path) -> None:
    made, path = build(example), tmp_path / "t.jsonl"
    run_traced(made, example, MockBackend(made.choice.target, cache=False), path, rows=2)
    assert not is_tight(path)


@each_example
def test_without_waiting_for_siblings_it_is_not_tight(example: Example, tmp_path: Path) -> None:
    made, path = build(example), tmp_path / "t.jsonl"
    run_traced(made, example, MockBackend(made.choice.target, waits=False), path, rows=2)
    assert not is_tight(path)


@pytest.mark.parametrize("example", [e for e in LIST if e.name != "ask"], ids=lambda e: e.name)
def test_levels_answer_the_same(example: Example, tmp_path: Path) -> None:
    """All but `ask`, which declares its order free."""
    asked = []
    for level in (0, 1):
        made, path = build(example, level), tmp_path / f"{level}.jsonl"
        results = run_traced(made, example, MockBackend(made.choice.target), path)
        asked.append(results[0].result)
    assert asked[0] == asked[1]
