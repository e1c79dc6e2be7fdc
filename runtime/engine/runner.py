"""Runs the model for the engine: forwards, and what follows the tokens in some slots. Knows slots, not requests."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import torch

from .batch import Batch
from .metrics import Times
from .parts import Parts
from .transfers import send


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
        scores = torch.log_softmax(self.logits(unique).float(), -1)
        return scores[[row[slot] for slot in slots], list(tokens)].tolist()
