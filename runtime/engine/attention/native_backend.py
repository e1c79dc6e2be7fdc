"""Attention by the C kernels: bfloat16 on a CPU. Keys are read where they lie in the pool, and nothing is padded.

The context of every token is cut into items, each a stretch of keys and the tokens that attend to it: a stretch of the
tree that several segments share, read once for all of them, and the rest of a segment's context with its new tokens. A
token in several items has a partial result of each; the kernel merges them by their maxima and sums.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..batch import Batch
from ..native.kernels import HEAD_DIMS, AttentionPlan, Kernels, LayerCall
from ..pool import Pool
from .base import LayerOptions
from .torch_backend import LEAST_SAVED, TorchAttention

Numbers = NDArray[np.int64]

# Tokens that a kernel's tile holds (fewer where many heads share a key head), and the work that keeps all processors
# busy to the end.
TILE = 32
ENOUGH_TILES = 16
# A stretch is cut for more tiles, but not into pieces shorter than this.
LEAST_PIECE = 256
# Of partial results, whatever torch's defaults are.
FLOATS: dict[str, Any] = {"dtype": torch.float32, "device": "cpu"}


@dataclass(slots=True, eq=False)
class Item:
    """Tokens (rows of the batch) that attend to the first `limits` of `keys` (slots)."""

    tokens: Numbers
    keys: Numbers
    limits: Numbers


def can_run(pool: Pool) -> bool:
    """Whether the kernels know the pool's type and shape."""
    keys = pool.keys
    return (
        keys.device.type == "cpu"
        and keys.dtype == torch.bfloat16
        and pool.shape.head_dim in HEAD_DIMS
    )


class NativeAttention:
    """Runs where there is a C compiler and a processor with bfloat16 dot products."""

    name = "native"

    def __init__(self, pool: Pool, kernels: Kernels, least_saved: int = LEAST_SAVED) -> None:
        self.pool, self.least_saved, self._kernels = pool, least_saved, kernels
        self._rest = TorchAttention(pool, least_saved)  # windows, soft caps, sinks
        self._plan = AttentionPlan()
        self._arrays: list[Numbers | torch.Tensor] = []  # what the plan points to
        self._batch: Batch | None = None
        self._rest_knows = False  # whether `rest` has planned the batch, too

    def plan(self, batch: Batch) -> None:
        """Cut the context of every segment into items."""
        self._batch, self._rest_knows = batch, False
        shape = self.pool.shape
        items = list(self._items(batch))
        members = np.concatenate([item.tokens for item in items])
        self._arrays = [
            batch.slots.astype(np.int64),
            _starts([len(item.tokens) for item in items]),
            members,
            np.concatenate([item.limits for item in items]),
            _starts([len(item.keys) for item in items]),
            np.concatenate([item.keys for item in items]),
            np.searchsorted(np.sort(members), np.arange(batch.tokens + 1)),
            np.argsort(members, kind="stable"),
            torch.empty(len(members), shape.heads, shape.head_dim, **FLOATS),
            torch.empty(len(members), shape.heads, 2, **FLOATS),
        ]
        sizes = batch.tokens, len(items), shape.heads, shape.kv_heads, shape.head_dim
        self._plan = AttentionPlan(*sizes, *map(_address, self._arrays))

    def run(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
    ) -> torch.Tensor:
        """Store, attend, merge."""
        if not options.is_plain:
            return self._run_rest(layer, q, k, v, options)
        q, k, v = _side_by_side(q, k, v)
        out = q.new_empty(q.shape)
        tensors = self.pool.keys[layer], self.pool.values[layer], q, k, v, out
        call = LayerCall(*(x.data_ptr() for x in tensors), q.stride(0), options.scale)
        self._kernels.attend(self._plan, call)
        return out

    def _run_rest(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
    ) -> torch.Tensor:
        if not self._rest_knows and self._batch is not None:
            self._rest.plan(self._batch)
            self._rest_knows = True
        return self._rest.run(layer, q, k, v, options)

    def _items(self, batch: Batch) -> Iterator[Item]:
        context = batch.grouped(self.least_saved)
        rows = [np.arange(a, b) for a, b in itertools.pairwise(batch.offsets)]
        for level in context.levels:
            tokens = np.concatenate([rows[i] for i in level.segments])
            limits = np.full(len(tokens), len(level.slots))
            yield from self._pieces(Item(tokens, level.slots.astype(np.int64), limits))
        for own, before, segment in zip(rows, context.private, batch.segments, strict=True):
            keys = np.concatenate([before, segment.slots]).astype(np.int64)
            limits = len(before) + 1 + np.arange(len(own))
            yield from self._pieces(Item(own, keys, limits))

    def _pieces(self, item: Item) -> Iterable[Item]:
        """An item whose tokens fill few tiles is cut along its keys."""
        tiles = -(-len(item.tokens) // TILE) * self.pool.shape.kv_heads
        count = min(-(-ENOUGH_TILES // tiles), len(item.keys) // LEAST_PIECE)
        if count < 2:
            return [item]
        edges = np.linspace(0, len(item.keys), count + 1).astype(np.int64)
        return [
            Item(item.tokens, item.keys[a:b], np.clip(item.limits - a, 0, b - a))
            for a, b in itertools.pairwise(edges)
        ]


def _starts(lengths: list[int]) -> Numbers:
    return np.concatenate([[0], np.cumsum(lengths)])


def _address(array: Numbers | torch.Tensor) -> int:
    return array.data_ptr() if isinstance(array, torch.Tensor) else array.ctypes.data


def _side_by_side(*tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Rows whose heads lie side by side, all with one distance between rows."""
    stride = tensors[0].stride(0)
    if all(x.stride()[1:] == (x.shape[2], 1) and x.stride(0) == stride for x in tensors):
        return tensors
    heads = [x.shape[1] for x in tensors]
    return torch.cat(tensors, dim=1).split(heads, dim=1)
