"""Attention by the C kernels: bfloat16 on a CPU. Keys are read where they lie in the pool, and nothing is padded.

The context of every row is cut into stretches (`stretches.py`); a row in several has a partial result of each, and the
kernel merges them by their maxima and sums.
"""

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..batch import Batch
from ..native.calls import AttentionPlan, LayerCall
from ..native.kernels import Kernels, takes_heads
from ..pool import Pool
from .base import LayerOptions
from .stretches import Stretch, by_row, stretches
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
        """Cut the context of every segment into stretches."""
        self._batch, self._rest_knows = batch, False
        shape = self.pool.shape
        whole = stretches(batch, batch.grouped(self.least_saved))
        found = [piece for stretch in whole for piece in self._pieces(stretch)]
        rows = np.concatenate([stretch.rows for stretch in found])
        numbers = [
            batch.slots,
            _starts([len(stretch.rows) for stretch in found]),
            rows,
            np.concatenate([stretch.limits for stretch in found]) + 1,
            _starts([len(stretch.keys) for stretch in found]),
            np.concatenate([stretch.keys for stretch in found]),
            *by_row(rows, batch.tokens),
        ]
        self._arrays = [
            *(array.astype(np.int64) for array in numbers),
            torch.empty(len(rows), shape.heads, shape.head_dim, **FLOATS),
            torch.empty(len(rows), shape.heads, 2, **FLOATS),
        ]
        sizes = batch.tokens, len(found), shape.heads, shape.kv_heads, shape.head_dim
        self._plan = AttentionPlan(*sizes, *map(_address, self._arrays))

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
        q, k, v = _side_by_side(q, k, v)
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
