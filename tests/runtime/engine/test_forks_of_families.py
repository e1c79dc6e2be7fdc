"""However an engine cuts, evicts, preempts and forgets: families run in other ways answer as their library does."""

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

OPTIONS: dict[str, dict[str, Any]] = {
    "bloom": {"speculative_tokens": 3},
    "deepseek_v32": {"disable_radix_cache": True},
    "gemma4_text": {"preempt_every": 3, "kv_cache_tokens": 200},
    "mamba": {"kv_cache_tokens": 70},
    "qwen3_next": {"chunked_prefill_size": 5},
}
"""Each with the family that is served so in each run; all others with the slow tests."""
PAIRS = [
    pytest.param(kind, options, marks=() if first == kind else pytest.mark.slow)
    for kind in OPTIONS
    for first, options in OPTIONS.items()
]
Made = tuple[Path, Any, list[tuple[int, ...]]]


@pytest.fixture(scope="module")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A folder, random arms of a trunk, and what the library's own loop makes of them."""
    model = small(request.param)
    random = np.random.default_rng(17)
    trunk = random.integers(3, 250, 14).tolist()
    texts = [
        tuple(trunk[: int(random.integers(3, 15))] + random.integers(3, 250, int(n)).tolist())
        for n in random.integers(0, 8, 9)
    ]
    wanted = [generated(model, text, 6) for text in texts]
    return saved(model, tmp_path_factory.mktemp(request.param)), texts, wanted


async def _asked(backend: EngineBackend, texts: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Three at once, then the next three."""

    async def ask(text: tuple[int, ...]) -> tuple[int, ...]:
        asked = GenRequest(text, Sampling(max_tokens=6, ignore_eos=True), (0,), None, "")
        return (await backend.generate(asked)).completions[0].ids

    found = [await asyncio.gather(*map(ask, texts[i : i + 3])) for i in range(0, len(texts), 3)]
    return [each for group in found for each in group]


@pytest.mark.parametrize(
    ("made", "options"),
    PAIRS,
    indirect=["made"],
    ids=lambda each: each if isinstance(each, str) else ",".join(each),
)
def test_answers_are_the_librarys(made: Made, options: dict[str, Any]) -> None:
    folder, texts, wanted = made
    given = {"dtype": "float32", "device": "cpu", "kv_cache_tokens": 400, **options}
    backend = EngineBackend(model_path=folder, **given)
    try:
        assert asyncio.run(_asked(backend, texts)) == wanted
        states = backend.engine.parts.pool.checkpoints
        if states is not None:  # and with no room for any but the last
            states.budget = 1
            assert asyncio.run(_asked(backend, texts)) == wanted
    finally:
        asyncio.run(backend.close())
