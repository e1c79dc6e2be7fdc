"""Runs the model for the engine: forwards, and what follows the tokens in some slots. Knows slots, not requests."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import torch

from .batch import Batch
from .metrics import Times
from .parts import Parts
from .transfers import send

# Rows whose logits are held in float32 at once, where scores are computed: with 128k tokens, 130 MB.
SCORED = 256


class Runner:
    """The model with its pool, its attention and its graphs."""

    def __init__(self, parts: Parts, times: Times) -> None:
        self._parts, self._times = parts, times

    def forward(self, batch: Batch) -> None:
        """Compute a batch, by a graph where there is one for it."""
        parts, times = self._parts, self._times
        start = time.perf_counter()
        planned = start
        if parts.graphs is None or not parts.graphs.run(batch):
            parts.attention.plan(batch)
            planned = time.perf_counter()
            parts.model.forward(batch, parts.pool, parts.attention)
        times.plan += planned - start
        times.forward += time.perf_counter() - planned
        times.forwards += 1
        times.tokens += batch.tokens
        times.decode_forwards += batch.tokens == len(batch.segments)

    def logits(self, slots: Sequence[int]) -> torch.Tensor:
        """What follows the tokens in some slots, `[slots, vocab]`: from the last hidden states in the pool."""
        parts = self._parts
        index = send(np.array(slots), parts.model.device)
        return parts.model.logits(parts.pool.hidden.index_select(0, index))

    def scores(self, slots: Sequence[int], tokens: Sequence[int]) -> list[float]:
        """The log probability of each token after the token in the slot beside it."""
        if not slots:
            return []
        unique = sorted(set(slots))
        row = {slot: n for n, slot in enumerate(unique)}
        pairs = sorted(
            (row[slot], token, n) for n, (slot, token) in enumerate(zip(slots, tokens, strict=True))
        )
        found = torch.cat(
            [self._score(unique, pairs, first) for first in range(0, len(unique), SCORED)]
        )
        scores = np.empty(len(slots), dtype=np.float64)
        scores[[n for _, _, n in pairs]] = found.tolist()
        return scores.tolist()

    def _score(
        self, slots: list[int], pairs: list[tuple[int, int, int]], first: int
    ) -> torch.Tensor:
        """The pairs of row and token whose rows begin at `first`, in order; left on the device."""
        mine = pairs[bisect_left(pairs, (first,)) : bisect_left(pairs, (first + SCORED,))]
        index = send(
            np.array([(r - first, token) for r, token, _ in mine]), self._parts.model.device
        )
        rows, tokens = index.unbind(1)
        logits = self.logits(slots[first : first + SCORED]).float()
        return torch.log_softmax(logits, -1)[rows, tokens]
