"""Attention in plain torch: the reference for the other backends, and what runs on a CPU.

The context of every row is cut into parts (`parts.py`), each a product for many rows at once. In bfloat16 the parts'
sums are added (`sums.py`); otherwise, and where a score is too large for that, parts are merged by their log-sum-exp
(`merge.py`).
"""

import numpy as np
import torch

from ..batch import Batch
from ..pool import Pool
from .base import LayerOptions
from .definition import attend_plainly
from .merge import Merge, attend_part
from .parts import Part, cut
from .sums import Sums, sum_part

# Sharing a stretch of context costs a product and an addition: it must save this many reads of a token.
LEAST_SAVED = 128


class TorchAttention:
    """Runs anywhere torch does."""

    name = "torch"

    def __init__(self, pool: Pool, least_saved: int = LEAST_SAVED) -> None:
        self.pool = pool
        self.least_saved = least_saved
        self._batch: Batch | None = None
        self._slots = torch.zeros(0, dtype=torch.int64)
        self._parts: list[Part] = []

    def plan(self, batch: Batch) -> None:
        """Cut the context of every segment into parts."""
        self._batch = batch
        self._slots = torch.from_numpy(batch.slots).long().to(self.pool.keys.device)
        self._parts = cut(batch, self.pool, self.least_saved)

    def run(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
    ) -> torch.Tensor:
        """Store, then attend."""
        self.pool.store(layer, self._slots, k, v)
        if not options.is_plain:
            return self._by_definition(layer, q, options)
        keys, values = self.pool.keys[layer], self.pool.values[layer]
        grouped = q.view(len(q), self.pool.shape.kv_heads, -1, self.pool.shape.head_dim)
        if options.scale != 1.0:
            grouped = grouped * options.scale
        out = self._added(grouped, keys, values) if q.dtype == torch.bfloat16 else None
        if out is None:
            out = self._merged(grouped, keys, values)
        return out.flatten(1, 2)

    def _added(
        self, q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor
    ) -> torch.Tensor | None:
        sums = Sums(q)
        for part in self._parts:
            sums.add(part.rows, sum_part(part, q, keys, values))
        return sums.result()

    def _merged(self, q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        merge = Merge(q)
        for part in self._parts:
            merge.add(part.rows, attend_part(part, q, keys, values))
        return merge.result()

    def _by_definition(self, layer: int, q: torch.Tensor, options: LayerOptions) -> torch.Tensor:
        """Windows, soft caps and sinks: one segment after the other, in float32."""
        batch, device = self._batch, self.pool.keys.device
        assert batch is not None
        outs: list[torch.Tensor] = []
        for i, segment in enumerate(batch.segments):
            slots = np.concatenate([batch.whole.private[i], segment.slots])
            at = torch.from_numpy(slots).long().to(device)
            rows = q[int(batch.offsets[i]) : int(batch.offsets[i + 1])]
            keys, values = self.pool.keys[layer][at], self.pool.values[layer][at]
            outs.append(attend_plainly(rows, keys, values, options))
        return torch.cat(outs)
