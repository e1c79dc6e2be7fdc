"""Before the first request: kernels are compiled and graphs captured, so that no step ever waits for a compiler.

A few forwards of made-up tokens ask for every variant of every kernel. They write to slots that are free, and nobody
reads them there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from ...ir.sampling import Sampling
from .batch import Batch, Segment
from .radix import Node, RadixCache
from .sampler import Row, Sampler
from .slots import Slots
from .toolchain import missing_tools
from .transfers import send

if TYPE_CHECKING:
    from .parts import Parts

PROMPT = 200  # tokens: more rows than a narrow tile has, and fewer keys than are ever split
TRUNK = 600  # tokens that rows share: worth attending to once for all of them
SAMPLINGS = (
    Sampling(),
    Sampling(temperature=1.0),
    Sampling(temperature=1.0, top_p=0.9),
    Sampling(temperature=1.0, top_k=20, min_p=0.1),
)
RECORDED = Sampling(temperature=1.0, logprobs=True)  # drawn from float32
_NO_SLOTS: Slots = np.zeros(0, dtype=np.int32)


@torch.inference_mode()
def warm_up(parts: Parts) -> None:
    """Compile and capture. Raises ValueError where a compiler is missing, and names it."""
    name = parts.attention.name
    try:
        for batch in rehearsals(min(parts.pool.capacity, parts.model.shape.max_context)):
            _run(parts, batch)
        if parts.graphs is not None:
            parts.graphs.capture()
    except Exception as error:
        missing = missing_tools(name)
        if not missing:
            raise
        raise ValueError(
            f"attention backend `{name}` could not compile its kernels on this machine, which lacks "
            f"{', and '.join(missing)}"
        ) from error


def rehearsals(room: int) -> list[Batch]:
    """Steps of every kind, as far as there is room: a prompt, a decode step, both after a prefix that they share."""
    prompt = min(PROMPT, room - 2)
    found = [
        Batch([_segment(_slots(1, prompt), None, _NO_SLOTS)]),
        Batch([_segment(_slots(prompt + 1, 1), None, _slots(1, prompt))]),
    ]
    if room < TRUNK + prompt + 2:
        return found
    trunk = RadixCache().insert(_ids(TRUNK), _slots(1, TRUNK)).node
    sizes = (1, 1, prompt)
    starts = TRUNK + 1 + np.cumsum((0, *sizes[:-1]))
    arms = [
        _segment(_slots(int(a), n), trunk, _NO_SLOTS) for a, n in zip(starts, sizes, strict=True)
    ]
    return [*found, Batch(arms[:2]), Batch(arms)]


def _run(parts: Parts, batch: Batch) -> None:
    """One forward, and a token of every kind after its last position."""
    parts.attention.plan(batch)
    parts.model.forward(batch, parts.pool, parts.attention)
    last = np.full(len(SAMPLINGS), batch.slots[-1], dtype=np.int64)
    hidden = parts.pool.hidden.index_select(0, send(last, parts.model.device))
    logits = parts.model.logits(hidden)
    sampler = Sampler(parts.model.shape.vocab, in_one_kernel=logits.is_cuda)
    sampler.sample(logits.clone(), [Row(sampling, seed=0) for sampling in SAMPLINGS])
    sampler.sample(logits, [Row(RECORDED, seed=0) for _ in SAMPLINGS])


def _segment(slots: Slots, node: Node | None, own: Slots) -> Segment:
    return Segment(_ids(len(slots)), slots, node, own)


def _slots(first: int, count: int) -> Slots:
    return np.arange(first, first + count, dtype=np.int32)


def _ids(count: int) -> Slots:
    return np.arange(1, count + 1, dtype=np.int32) % 100
