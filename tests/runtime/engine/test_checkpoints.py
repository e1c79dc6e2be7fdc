"""Checkpoints of recurrent states: none is taken for another text's, none outgrows the budget, and all answers hold."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from families import generated, saved, small

from sglc.ir.sampling import Sampling
from sglc.runtime.backend import GenRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.checkpoints import Checkpoints, pieces


def slots(*numbers: int) -> Any:
    return np.array(numbers, dtype=np.int32)


def test_the_longest_state_at_hand_is_found() -> None:
    states = Checkpoints(20)
    states.keep(4, "to 4", 10, False)
    states.keep(7, "to 7", 10, False)
    assert states.last(slots(3, 4, 9, 7, 2)) == 4
    assert states.last(slots(3, 4, 9)) == 2
    assert states.last(slots(9, 2)) == 0


def test_a_slot_that_is_written_again_forgets_its_state() -> None:
    states = Checkpoints(20)
    states.write(slots(1, 2), slots(50, 51))
    states.keep(2, "old", 10, False)
    states.write(slots(2), slots(60))
    assert states.last(slots(1, 2)) == 0
    assert states.ids[[1, 2]].tolist() == [50, 60]


def test_a_step_takes_what_a_step_left_and_leaves_what_a_prompt_left() -> None:
    states = Checkpoints(20)
    states.keep(1, "prompt", 10, False)
    states.keep(2, "step", 10, True)
    assert states.take(1, is_step=True) == "prompt"
    assert states.take(2, is_step=True) == "step"
    assert states.last(slots(1, 2)) == 1


def test_the_least_recently_used_go_first() -> None:
    states = Checkpoints(20, budget=30)
    for slot in range(1, 4):
        states.keep(slot, slot, 10, False)
    states.take(1, is_step=False)
    states.keep(4, 4, 10, False)
    assert [states.last(slots(slot)) for slot in (1, 2, 3, 4)] == [1, 0, 1, 1]


@pytest.mark.parametrize(
    ("start", "at_hand", "found"),
    [(0, 0, [(0, 9)]), (5, 5, [(5, 9)]), (5, 2, [(2, 5), (5, 9)]), (5, 0, [(0, 5), (5, 9)])],
)
def test_what_lies_behind_the_state_is_read_first(
    start: int, at_hand: int, found: list[tuple[int, int]]
) -> None:
    assert pieces(start, at_hand, 9) == found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    model = small("qwen3_next")
    return saved(model, tmp_path_factory.mktemp("next")), model


OPTIONS: list[dict[str, Any]] = [
    {},
    {"chunked_prefill_size": 5},
    {"kv_cache_tokens": 70},
    {"preempt_every": 3, "kv_cache_tokens": 200},
    {"speculative_tokens": 3},
    {"disable_radix_cache": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("budget", [1 << 30, 1])
def test_whatever_is_kept_answers_are_the_librarys(
    folder: tuple[Path, Any], options: dict[str, Any], budget: int
) -> None:
    """Random arms of random trunks, some at once: cut by chunks, evicted, preempted, with no room for states."""
    path, model = folder
    random = np.random.default_rng(17)
    trunk = random.integers(3, 250, 14).tolist()
    texts = [
        tuple(trunk[: int(random.integers(3, 15))] + random.integers(3, 250, int(n)).tolist())
        for n in random.integers(0, 8, 9)
    ]
    backend = EngineBackend(
        model_path=path, dtype="float32", device="cpu", **{"kv_cache_tokens": 400, **options}
    )
    states = backend.engine.parts.pool.checkpoints
    assert states is not None
    states.budget = budget

    async def ask(text: tuple[int, ...]) -> tuple[int, ...]:
        asked = GenRequest(text, Sampling(max_tokens=6, ignore_eos=True), (0,), None, "")
        return (await backend.generate(asked)).completions[0].ids

    async def ask_all() -> list[tuple[int, ...]]:
        found = [await asyncio.gather(*map(ask, texts[i : i + 3])) for i in range(0, len(texts), 3)]
        return [each for group in found for each in group]

    try:
        assert asyncio.run(ask_all()) == [generated(model, text, 6) for text in texts]
    finally:
        asyncio.run(backend.close())
