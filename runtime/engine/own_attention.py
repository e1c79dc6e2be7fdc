"""A decoder from transformers that attends by itself, over keys and values that lie in our pool.

The model's own cache is ours in disguise: a layer that is given new keys and values stores them by slot, and gets those
of the whole context back, in order of position. So whatever a family does with them (biases by distance, keys and
values of two sizes, a size for every layer, chunks, keys that layers share) stays its own affair.

Texts of one length that stand equally far go through the model together, as the rows of a batch; others one after the
other. That is slower than our attention, which takes any batch at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .attention.base import Attention
from .batch import Batch
from .decoder import Decoder, Kept
from .model import ModelUnsupported
from .pool import Pool, Shape
from .pooled_layer import PooledLayer
from .transfers import send


class OwnAttentionModel:
    """A decoder from transformers with its own attention. Raises ModelUnsupported for a recurrent one."""

    def __init__(self, model: Any, context: int) -> None:
        self.decoder = Decoder(model)
        self.dtype, self.device = self.decoder.dtype, self.decoder.device
        if any(kept.is_recurrent for kept in self.decoder.kept):
            raise ModelUnsupported("it has recurrent layers")
        self.shape = shape_of(self.decoder, context)

    def forward(self, batch: Batch, pool: Pool, attention: Attention) -> None:
        """Compute a batch. Who stands further back comes first: others may have what it writes for context."""
        alike: dict[tuple[int, int], list[int]] = {}
        for i, segment in enumerate(batch.segments):
            alike.setdefault((segment.start, len(segment.ids)), []).append(i)
        for _, rows in sorted(alike.items()):
            self._rows(batch, rows, pool)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Let the model say what follows each hidden state."""
        return self.decoder.behind(hidden)

    def _rows(self, batch: Batch, rows: Sequence[int], pool: Pool) -> None:
        first = batch.segments[rows[0]]
        context, new = first.start, len(first.ids)
        flat = np.concatenate([np.arange(o, o + new) for o in batch.offsets[rows]])
        before = np.stack([batch.whole.private[i] for i in rows])
        written = batch.slots[flat].reshape(len(rows), new)
        slots = send(np.concatenate([before, written], axis=1).astype(np.int64), self.device)
        ids = batch.ids_on(self.device)[send(flat, self.device)].view(-1, new)
        positions = send(batch.positions[flat].reshape(len(rows), new), self.device)
        pairs = zip(self.decoder.kept, pool.states, strict=True)
        layers = [PooledLayer(kept, state, slots, context) for kept, state in pairs]
        hidden = self.decoder.read(ids, positions, layers)
        pool.hidden.index_copy_(0, slots[:, context:].flatten(), hidden.to(pool.hidden.dtype))


def shape_of(decoder: Decoder, context: int) -> Shape:
    """The sizes of a decoder that keeps rows of its own kind."""
    kept: list[Kept] = decoder.kept
    return Shape(
        layers=0,
        heads=1,
        kv_heads=1,
        head_dim=1,
        hidden=decoder.behind.hidden,
        vocab=decoder.vocab,
        max_context=context,
        states=tuple(each.size for each in kept),
        is_recurrent=any(each.is_recurrent for each in kept),
    )
