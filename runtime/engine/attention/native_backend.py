"""Attention by the C kernels: bfloat16 on a CPU. Keys are read where they lie in the pool, and nothing is padded.

The context of every row is cut into stretches (`stretches.py`); a row in several has a partial result of each, and the
kernel merges them by their bases and sums.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..batch import Batch
from ..native.calls import AttentionPlan, LayerCall
from ..native.kernels import Kernels, takes_heads
from ..pool import Pool
from ..slots import Slots
from .base import LayerOptions
from .stretches import Stretch, by_row, own_stretches, shared_stretches
from .torch_backend import LEAST_SAVED, TorchAttention

Numbers = NDArray[np.int64]

# Tokens that a kernel's tile holds (fewer where many heads share a key head), rows of a tile that is of all heads at
# once, and the work that keeps all processors busy to the end.
TILE, TILE_ROWS = 64, 192
ENOUGH_TILES = 16
# A stretch is cut for more tiles, but not into pieces shorter than this.
LEAST_PIECE = 256
# Of partial results, whatever torch's defaults are.
FLOATS: dict[str, Any] = {"dtype": torch.float32, "device": "cpu"}


def can_run(pool: Pool) -> bool:
    """Whether the kernels know the pool's type and shape."""
    keys = pool.keys
    return (
        keys.device.type == "cpu"
        and keys.dtype == torch.bfloat16
        and takes_heads(pool.shape.head_dim)
    )


@dataclass(slots=True, eq=False)
class Items:
    """Pieces of context with the rows that attend to each, as lists that become the kernel's arrays."""

    rows: list[NDArray[np.integer[Any]]] = field(default_factory=list)
    limits: list[NDArray[np.integer[Any]]] = field(default_factory=list)
    keys: list[Slots] = field(default_factory=list)
    row_counts: list[int] = field(default_factory=list)  # of each item
    key_counts: list[int] = field(default_factory=list)

    def add(self, piece: Stretch) -> None:
        """One more."""
        self.rows.append(piece.rows)
        self.limits.append(piece.limits)
        self.keys.append(piece.keys)
        self.row_counts.append(len(piece.rows))
        self.key_counts.append(len(piece.keys))

    def add_whole(self, batch: Batch, private: list[Slots]) -> None:
        """Each segment's own context and new tokens: what a step has most of, in few operations."""
        lengths, depths = batch.lengths, list(map(len, private))
        rows = np.arange(batch.tokens)
        self.rows.append(rows)
        self.limits.append(rows + np.repeat(depths - batch.offsets[:-1], lengths))
        self.keys += itertools.chain.from_iterable(
            (own, segment.slots) for own, segment in zip(private, batch.segments, strict=True)
        )
        self.row_counts += lengths.tolist()
        self.key_counts += (lengths + depths).tolist()


class NativeAttention:
    """Runs where there is a C compiler and a processor with bfloat16 dot products."""

    name = "native"

    def __init__(self, pool: Pool, kernels: Kernels, least_saved: int = LEAST_SAVED) -> None:
        self.pool, self.least_saved, self._kernels = pool, least_saved, kernels
        self._rest = TorchAttention(pool, least_saved)  # windows, soft caps, sinks
        self._plan = AttentionPlan()
        self._kept: tuple[Numbers | torch.Tensor, ...] = ()  # what the plan points to
        self._batch: Batch | None = None
        self._rest_knows = False  # whether `rest` has planned the batch, too

    def plan(self, batch: Batch) -> None:
        """Cut the context of every segment into stretches."""
        self._batch, self._rest_knows = batch, False
        shape = self.pool.shape
        items = self._items(batch)
        rows = np.concatenate(items.rows)
        numbers, addresses = _side_by_side(
            batch.slots,
            _starts(items.row_counts),
            rows,
            np.concatenate(items.limits) + 1,
            _starts(items.key_counts),
            np.concatenate(items.keys),
            *by_row(rows, batch.tokens),
        )
        partial = self._partial(len(rows)) if len(rows) > batch.tokens else ()
        self._kept = numbers, *partial
        sizes = batch.tokens, len(items.row_counts), shape.heads, shape.kv_heads, shape.head_dim
        self._plan = AttentionPlan(*sizes, *addresses, *(x.data_ptr() for x in partial))

    @property
    def kernel_plan(self) -> AttentionPlan:
        """What was planned, for a kernel that attends by itself; it holds until the next plan."""
        return self._plan

    def run(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
    ) -> torch.Tensor:
        """Store, attend, merge."""
        if not options.is_plain:
            return self._run_rest(layer, q, k, v, options)
        q, k, v = _aligned(q, k, v)
        out = q.new_empty(q.shape)
        tensors = self.pool.keys[layer], self.pool.values[layer], q, k, v, out
        strides = q.stride(0), out.stride(0)
        call = LayerCall(*(x.data_ptr() for x in tensors), *strides, options.scale)
        self._kernels.attend(self._plan, call)
        return out

    def _run_rest(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
    ) -> torch.Tensor:
        if not self._rest_knows and self._batch is not None:
            self._rest.plan(self._batch)
            self._rest_knows = True
        return self._rest.run(layer, q, k, v, options)

    def _items(self, batch: Batch) -> Items:
        """What the kernel is to do, piece by piece."""
        context, items = batch.grouped(self.least_saved), Items()
        cut = shared_stretches(batch, context)
        if max(map(len, context.private)) + batch.lengths.max() < 2 * LEAST_PIECE:
            items.add_whole(batch, context.private)
        else:
            cut += own_stretches(batch, context)
        for piece in (piece for stretch in cut for piece in self._pieces(stretch)):
            items.add(piece)
        return items

    def _partial(self, rows: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Where results go that are merged: each row's sum of values, its base and its sum."""
        shape = self.pool.shape
        heads = rows, shape.heads
        return torch.empty(*heads, shape.head_dim, **FLOATS), torch.empty(*heads, 2, **FLOATS)

    def _pieces(self, whole: Stretch) -> Iterable[Stretch]:
        """A stretch whose rows fill few tiles is cut along its keys."""
        shape, rows = self.pool.shape, len(whole.rows)
        tiles = -(-rows // TILE) * (1 if rows * shape.heads <= TILE_ROWS else shape.kv_heads)
        count = min(-(-ENOUGH_TILES // tiles), len(whole.keys) // LEAST_PIECE)
        if count < 2:
            return [whole]
        edges = [len(whole.keys) * n // count for n in range(count + 1)]
        return [
            Stretch(whole.rows, np.clip(whole.limits - a, -1, b - a - 1), whole.keys[a:b])
            for a, b in itertools.pairwise(edges)
        ]


def _starts(lengths: list[int]) -> Numbers:
    return np.cumsum([0, *lengths])


def _side_by_side(*arrays: NDArray[np.integer[Any]]) -> tuple[Numbers, Iterable[int]]:
    """Arrays as one, and where each of them begins in memory."""
    numbers = np.concatenate(arrays, dtype=np.int64)
    lengths = map(len, arrays[:-1])
    starts = itertools.accumulate(lengths, initial=numbers.ctypes.data // numbers.itemsize)
    return numbers, (numbers.itemsize * start for start in starts)


def _aligned(*tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Rows whose heads lie side by side, all with one distance between rows."""
    stride = tensors[0].stride(0)
    if all(x.stride()[1:] == (x.shape[2], 1) and x.stride(0) == stride for x in tensors):
        return tensors
    heads = [x.shape[1] for x in tensors]
    return torch.cat(tensors, dim=1).split(heads, dim=1)
