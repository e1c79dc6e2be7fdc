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
TRUNK = 600  # tokens that rows share, at most
SAVED = 600  # reads of a token that sharing saves: worth attending to once for all of them
PLAIN = (
    Sampling(),
    Sampling(temperature=1.0),
    Sampling(temperature=1.0, top_p=0.9),
    Sampling(temperature=1.0, top_k=20, min_p=0.1),
)
PENALIZED = Sampling(temperature=1.0, repetition_penalty=1.1, frequency_penalty=0.1)
_NO_SLOTS: Slots = np.zeros(0, dtype=np.int32)


@torch.inference_mode()
def warm_up(parts: Parts) -> None:
    """Compile and capture. Raises ValueError where a compiler is missing, and names it."""
    name = parts.attention.name
    try:
        for batch in rehearsals(min(parts.pool.capacity, parts.model.shape.max_context)):
            parts.attention.plan(batch)
            parts.model.forward(batch, parts.pool, parts.attention)
            rehearse_draws(_logits(parts, batch), parts.model.device.type == "cuda")
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
    alone = [
        Batch([_segment(_slots(1, prompt), None, _NO_SLOTS)]),
        Batch([_segment(_slots(prompt + 1, 1), None, _slots(1, prompt))]),
    ]
    return alone + _after_a_prefix(room)


def _after_a_prefix(room: int) -> list[Batch]:
    """A decode step of as many rows as make sharing worth it, and the same beside a prompt; if there is room."""
    shared = min(TRUNK, max(room // 2, 1))
    rows = -(-SAVED // shared) + 1
    left = room - shared - rows
    if left < 2:
        return []
    trunk = RadixCache().insert(_ids(shared), _slots(1, shared)).node
    sizes = [1] * rows + [min(PROMPT, left)]
    ends = shared + 1 + np.cumsum(sizes)
    arms = [
        _segment(_slots(int(end) - size, size), trunk, _NO_SLOTS)
        for end, size in zip(ends, sizes, strict=True)
    ]
    return [Batch(arms[:-1]), Batch(arms)]


def rehearse_draws(logits: torch.Tensor, on_card: bool) -> None:
    """Tokens of every kind from some rows of logits: masked, penalized, and in float32, too."""
    vocab = logits.shape[-1]
    sampler = Sampler(vocab, in_one_kernel=on_card)
    rows = [Row(sampling, seed=0) for sampling in (*PLAIN, PENALIZED)]
    rows[-1].start_counting(_ids(1), _NO_SLOTS, vocab, logits.device)
    for drawn in (rows[:-1], rows):
        for kind in (logits.clone(), logits.float()):
            sampler.choose_unread(kind[: len(drawn)], drawn, _mask if on_card else None)
    sampler.note(rows, torch.zeros(len(rows), dtype=torch.int64, device=logits.device))


def _mask(logits: torch.Tensor) -> None:
    """As a grammar masks on a card: one row here, where the likeliest token stays."""
    from .grammar.mask_kernel import launch

    launch(logits, np.full((1, (logits.shape[-1] + 31) // 32), -1, dtype=np.int32), [0])


def _logits(parts: Parts, batch: Batch) -> torch.Tensor:
    """What follows a batch's last position, in as many rows as are drawn from."""
    last = np.full(len(PLAIN) + 1, batch.slots[-1], dtype=np.int64)
    hidden = parts.pool.hidden.index_select(0, send(last, parts.model.device))
    return parts.model.logits(hidden)


def _segment(slots: Slots, node: Node | None, own: Slots) -> Segment:
    return Segment(_ids(len(slots)), slots, node, own)


def _slots(first: int, count: int) -> Slots:
    return np.arange(first, first + count, dtype=np.int32)


def _ids(count: int) -> Slots:
    return np.arange(1, count + 1, dtype=np.int32) % 100
