"""One layer of a library's cache over our pool: new keys and values are stored by slot, all are given back."""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import DynamicLayer, LinearAttentionLayer

from .decoder import Kept


class PooledLayer(DynamicLayer):
    """The cache of rows that stand at the same position: `slots` are `[rows, context + new]`."""

    def __init__(self, kept: Kept, state: torch.Tensor, slots: torch.Tensor, context: int) -> None:
        super().__init__()
        self._kept, self._state, self._slots = kept, state, slots
        self._length, self._context = context, context

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Store `[rows, heads, new, size]`, and return all there is of the layer."""
        kept, rows = self._kept, len(self._slots)
        keys, values, _ = self._state.split(kept.parts, dim=-1)
        for part, new in ((keys, key_states), (values, value_states)):
            self._store(part, new.transpose(1, 2).flatten(2))
        self._length = self._slots.shape[1]
        return (  # contiguous, as the library's own are
            self._load(keys).view(rows, -1, kept.heads, kept.key).transpose(1, 2).contiguous(),
            self._load(values).view(rows, -1, kept.heads, kept.value).transpose(1, 2).contiguous(),
        )

    def update_indexer(self, indexer_key_states: torch.Tensor) -> torch.Tensor:
        """Store the keys of sparse attention, `[rows, new, size]`, and return all there are."""
        part = self._state.split(self._kept.parts, dim=-1)[2]
        self._store(part, indexer_key_states)
        return self._load(part).view(len(self._slots), -1, self._kept.index)

    def move(self, slots: torch.Tensor, context: int) -> None:
        """Stand further on in the same text."""
        self._slots, self._length, self._context = slots, context, context

    def get_seq_length(self) -> int:
        """How many tokens the layer holds."""
        return self._length

    def _store(self, part: torch.Tensor, new: torch.Tensor) -> None:
        slots = self._slots[:, self._context :].flatten()
        part.index_copy_(0, slots, new.flatten(0, 1))

    def _load(self, part: torch.Tensor) -> torch.Tensor:
        return part[self._slots.flatten()]


class PooledMixedLayer(LinearAttentionLayer, PooledLayer):
    """The same of a layer that is recurrent, too: the library asks whether it is one of both kinds."""

    def __init__(
        self, kept: Kept, state: torch.Tensor, slots: torch.Tensor, context: int, states: int
    ) -> None:
        PooledLayer.__init__(self, kept, state, slots, context)
        LinearAttentionLayer.__init__(self, number_of_states=states)

    def lazy_initialization(self, *args: Any, **kwargs: Any) -> None:
        """Only the recurrent part is set up late."""
        LinearAttentionLayer.lazy_initialization(self, *args, **kwargs)
