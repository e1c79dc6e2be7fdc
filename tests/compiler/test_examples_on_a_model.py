"""Every example program on a real model: prefilled equals the lower bound, and ends where the plan predicted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from accounts import calls, gap, is_tight, mispredicted, run_traced
from example_programs import BY_NAME, LIST, Example

from sglc.compiler.driver.compilation import Build, compile_file
from sglc.compiler.running.backends import BackendOptions, make_backend
from sglc.runtime.backend import Backend

pytestmark = [pytest.mark.model, pytest.mark.slow]

# A short essay: on longer ones so small a model does not end its reasons within the program's 120 tokens.
ESSAY = "Dogs are loyal. They guard the house."
DIMENSIONS = ["clarity", "structure", "evidence", "brevity", "originality", "accuracy"]
JUDGE = replace(
    BY_NAME["judge"],
    rows=(
        {"essay": ESSAY, "dimensions": DIMENSIONS},
        {"essay": ESSAY + " They bark.", "dimensions": DIMENSIONS[:2]},
    ),
)
EXAMPLES = [JUDGE if example.name == "judge" else example for example in LIST]
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)


class Served:
    """One engine per setting, with an empty cache for every run."""

    def __init__(self) -> None:
        self._backends: dict[BackendOptions, Backend] = {}

    def backend(self, build: Build, **settings: Any) -> Backend:
        """The engine with these settings."""
        options = BackendOptions(name="engine", dtype="float32", kv_cache_tokens=16_384, **settings)
        if options not in self._backends:
            self._backends[options] = make_backend(options, build.choice)
        found = self._backends[options]
        found.flush()  # type: ignore[attr-defined]
        return found

    def close(self) -> None:
        """Stop all engines."""
        for backend in self._backends.values():
            asyncio.run(backend.close())


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    found = Served()
    yield found
    found.close()


@each_example
def test_prefills_the_lower_bound_and_ends_where_predicted(
    example: Example, served: Served, tmp_path: Path
) -> None:
    build, path = compile_file(example.path), tmp_path / "t.jsonl"
    results = run_traced(build, example, served.backend(build), path)
    assert [r.error for r in results] == [None]
    assert is_tight(path), gap(path)
    assert mispredicted(path) == []


@each_example
def test_two_rows_at_once_prefill_the_lower_bound_of_both(
    example: Example, served: Served, tmp_path: Path
) -> None:
    build, path = compile_file(example.path), tmp_path / "t.jsonl"
    run_traced(build, example, served.backend(build), path, rows=2)
    assert is_tight(path), gap(path)


@each_example
@pytest.mark.parametrize("off", ["prefix_cache", "wait_for_siblings"])
def test_it_fails_without(example: Example, off: str, served: Served, tmp_path: Path) -> None:
    build, path = compile_file(example.path), tmp_path / "t.jsonl"
    run_traced(build, example, served.backend(build, **{off: False}), path, rows=2)
    assert not is_tight(path), gap(path)


def test_judge_prefills_the_essay_once(served: Served, tmp_path: Path) -> None:
    """Six dimensions, one prefill of the essay; without a prefix cache six more, and the same text."""
    build = compile_file(JUDGE.path)
    kept, lost = tmp_path / "kept.jsonl", tmp_path / "lost.jsonl"
    run_traced(build, JUDGE, served.backend(build), kept)
    run_traced(build, JUDGE, served.backend(build, prefix_cache=False), lost)
    essay = _ids(build, ESSAY)
    assert _prefills_of(essay, kept) == 1
    assert _prefills_of(essay, lost) == 8  # the group's prefix, six arms, and the verdict
    for one, other in zip(_ordered(kept), _ordered(lost), strict=True):
        assert_same_text(build, one, other)


def _ids(build: Build, text: str) -> list[int]:
    from sglc.ir.target import Part

    words = text.split(" ", 1)[1]  # the first word may merge with what stands before it
    return list(
        build.choice.target.tokenizer.encode((Part(" " + words[:-1], False),), continuation=True)
    )


def _prefills_of(ids: list[int], path: Path) -> int:
    """How many requests computed these ids themselves: those whose cached prefix ends before them."""
    from accounts import trace_lines

    requests = [r for r in trace_lines(path) if r["type"] == "call"]
    found = 0
    for request in requests:
        at = _find(ids, request["prompt"])
        found += (
            at is not None and request.get("cached", 0) <= at and request.get("prefilled", 0) > 0
        )
    return found


def _find(ids: list[int], prompt: list[int]) -> int | None:
    starts = range(len(prompt) - len(ids) + 1)
    return next((at for at in starts if prompt[at : at + len(ids)] == ids), None)


def _ordered(path: Path) -> list[dict[str, Any]]:
    return sorted(calls(path), key=lambda call: (call["site"], call["indices"]))


def assert_same_text(build: Build, one: dict[str, Any], other: dict[str, Any]) -> None:
    """The same tokens, up to the first place where the model's two likeliest are all but equal."""
    left, right = one["outputs"][0], other["outputs"][0]
    if one["prompt"] != other["prompt"] or left == right:
        return  # a different prompt follows from an earlier difference, which was judged on its own
    at = next(i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b)
    likeliest, distance = top_two(build, [*one["prompt"], *left[:at]])
    print(
        f"{one['name']} {one['indices']}: tokens differ at {at}, the two likeliest are {distance:.1e} apart"
    )
    assert distance < 1e-3
    assert likeliest == {left[at], right[at]}


def top_two(build: Build, ids: list[int]) -> tuple[set[int], float]:
    """The two likeliest tokens after `ids`, and how far apart their logits are, by transformers itself."""
    import torch
    from transformers import AutoModelForCausalLM

    assert build.choice.folder is not None
    model = AutoModelForCausalLM.from_pretrained(build.choice.folder, dtype=torch.float32)
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, -1]
    found = logits.topk(2)
    first, second = found.values.tolist()
    return set(found.indices.tolist()), first - second
