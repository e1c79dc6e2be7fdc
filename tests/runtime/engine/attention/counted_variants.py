"""Counts the variants of each kernel that the start and mixed steps ask a compiler for, as a program of its own.

A device that is not there stands in for one: Triton looks at every argument as it would, and compiles nothing.
"""

import json
from typing import Any

import numpy as np
import torch
from triton import knobs
from triton.backends.compiler import GPUTarget
from triton.runtime import driver

from sglc.runtime.engine.attention.base import LayerOptions
from sglc.runtime.engine.attention.triton_backend import TritonAttention
from sglc.runtime.engine.attention.triton_static import StaticArrays
from sglc.runtime.engine.batch import Batch
from sglc.runtime.engine.pool import Pool, Shape
from sglc.runtime.engine.warm_up import rehearsals

from .batches import segments

STEPS = 300
HEADS, KV_HEADS, SIZE, CAPACITY = 8, 2, 64, 2000


class Absent:
    """A Hopper that launches nothing."""

    def get_current_target(self) -> GPUTarget:
        return GPUTarget("cuda", 90, 32)

    def get_current_device(self) -> int:
        return 0

    def get_current_stream(self, device: int) -> int:
        return 0


def note(seen: dict[str, set[str]]) -> Any:
    def hook(**told: Any) -> bool:
        seen.setdefault(told["fn"].name, set()).add(told["key"])
        return True  # as if it had been compiled

    return hook


def run(attention: TritonAttention, batch: Batch, scale: float) -> None:
    fused = torch.zeros(batch.tokens, HEADS + 2 * KV_HEADS, SIZE, dtype=torch.bfloat16)
    q, k, v = fused.split([HEADS, KV_HEADS, KV_HEADS], dim=1)
    attention.run(0, q, k, v, LayerOptions(scale))


def step(attention: TritonAttention, batch: Batch, rng: np.random.Generator) -> None:
    """One forward, by a plan of its own or a fixed one."""
    if batch.tokens == len(batch.segments):
        attention.use(StaticArrays(attention.layout(batch.tokens), torch.device("cpu")))
    else:
        attention.plan(batch)
    run(attention, batch, float(rng.uniform(0.1, 1.0)))


def mixed_steps(attention: TritonAttention) -> None:
    rng = np.random.default_rng(0)
    for number in range(STEPS):
        found = segments(rng)
        if number % 3 == 2:
            found = [segment for segment in found if len(segment.ids) == 1] or found
        step(attention, Batch(found), rng)


def count() -> list[dict[str, int]]:
    """Of the start, and of the start and the steps after it together."""
    seen: dict[str, set[str]] = {}
    driver.set_active(Absent())  # type: ignore[arg-type]
    knobs.runtime.jit_cache_hook = note(seen)
    knobs.runtime.interpret = True  # the backend then takes a CPU; kernels were decorated before
    shape = Shape(1, HEADS, KV_HEADS, SIZE, hidden=8, vocab=100, max_context=1000)
    pool = Pool(shape, CAPACITY, torch.bfloat16, torch.device("cpu"))
    attention = TritonAttention(pool, least_saved=30)
    counts: list[dict[str, int]] = []
    for batch in rehearsals(CAPACITY):
        attention.plan(batch)
        run(attention, batch, 1.0)
    counts.append({name: len(keys) for name, keys in seen.items()})
    mixed_steps(attention)
    counts.append({name: len(keys) for name, keys in seen.items()})
    return counts


if __name__ == "__main__":
    print(json.dumps(count()))
