"""How a batch's attention is cut into parts, each one product for many queries at once.

dense     a stretch of keys and all rows that see it: the context that several segments share, read once for all
          of them, or the context of one long segment with its own tokens behind it
padded    many short segments (decode rows above all), their private contexts side by side with padding
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..batch import Batch, Context
from ..pool import Pool
from ..slots import Slots

Index = slice | torch.Tensor
Rows = NDArray[np.int64]

# A segment of at least this many new tokens is attended to by itself: its matrices are large enough.
LONG = 64
# Rectangles are so many keys deep, or a multiple: the matrix kernels are built anew for every shape.
DEPTH_STEP = 32


@dataclass(slots=True, eq=False)
class Dense:
    """`rows` attend to `keys`. Causal: the last keys are the rows' own, each seen from itself on."""

    rows: Index
    keys: Index
    is_causal: bool = False


@dataclass(slots=True, eq=False)
class Padded:
    """`count` segments of at most `width` rows, each with at most `depth` keys, padded to a rectangle."""

    rows: Index  # the real rows, in order
    gather: torch.Tensor | None  # the rectangle's rows, when segments have more than one
    valid: torch.Tensor | None  # where the real rows lie in the rectangle
    keys: torch.Tensor  # a place in the pool per segment, head and key, flat
    mask: torch.Tensor | None  # 0 or -inf: [segments, 1, width, 1, depth]
    count: int
    width: int
    depth: int


Part = Dense | Padded


def cut(batch: Batch, pool: Pool, least_saved: int) -> list[Part]:
    """The parts of a batch: every row meets every key of its context in exactly one of them."""
    context = batch.grouped(least_saved)
    long = [i for i, n in enumerate(batch.lengths) if n >= LONG]
    short = [i for i, n in enumerate(batch.lengths) if n < LONG]
    cutter = _Cutter(batch, context, pool)
    return [*cutter.shared(), *cutter.long(long), *cutter.short(short)]


@dataclass(frozen=True, slots=True)
class _Cutter:
    batch: Batch
    context: Context
    pool: Pool

    def shared(self) -> Iterable[Dense]:
        for level in self.context.levels:
            rows = np.concatenate([self._rows(i) for i in level.segments])
            yield Dense(self._index(rows), self._index(level.slots))

    def long(self, segments: list[int]) -> Iterable[Dense]:
        for i in segments:
            slots = np.concatenate([self.context.private[i], self.batch.segments[i].slots])
            yield Dense(self._index(self._rows(i)), self._index(slots), is_causal=True)

    def short(self, segments: list[int]) -> Iterable[Padded]:
        """Segments of similar width and depth share a rectangle: at most half of each side is padding."""
        boxes: dict[tuple[int, int], list[int]] = {}
        for i in segments:
            width = int(self.batch.lengths[i])
            depth = width + len(self.context.private[i])
            boxes.setdefault((width.bit_length(), max(depth, 64).bit_length()), []).append(i)
        for box in boxes.values():
            yield self._padded(box)

    def _padded(self, box: list[int]) -> Padded:
        lengths = self.batch.lengths[box]
        private = np.array([len(self.context.private[i]) for i in box])
        width, depth = int(lengths.max()), int((private + lengths).max())
        depth += -depth % DEPTH_STEP
        keys, filled = self._rectangle(box, private + lengths, depth)
        rows = np.concatenate([self._rows(i) for i in box])
        gather, valid = self._spread(box, lengths, width) if width > 1 else (None, None)
        mask = self._mask(private, width, depth) if width > 1 or not filled.all() else None
        heads = self.pool.shape.kv_heads
        places = (keys[:, None] * heads + np.arange(heads)[:, None]).ravel()
        return Padded(
            self._index(rows), gather, valid, self._tensor(places), mask, len(box), width, depth
        )

    def _rectangle(
        self, box: list[int], depths: Rows, depth: int
    ) -> tuple[Rows, NDArray[np.bool_]]:
        """The slots that each segment reads, a line each, and where they are real."""
        keys = np.zeros((len(box), depth), dtype=np.int64)
        filled = np.arange(depth) < depths[:, None]
        keys[filled] = np.concatenate(
            [s for i in box for s in (self.context.private[i], self.batch.segments[i].slots)]
        )
        return keys, filled

    def _spread(
        self, box: list[int], lengths: Rows, width: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Which rows fill the rectangle (short segments repeat their last), and which of its rows are real."""
        column = np.arange(width)
        rows = self.batch.offsets[box][:, None] + np.minimum(column, lengths[:, None] - 1)
        valid = np.flatnonzero(column < lengths[:, None])
        return self._tensor(rows.ravel()), self._tensor(valid)

    def _mask(self, private: Rows, width: int, depth: int) -> torch.Tensor:
        """Row j of a segment sees its private context and the segment's rows up to j."""
        limit = private[:, None, None] + np.arange(width)[:, None]
        hidden = self._tensor(np.arange(depth) > limit)
        mask = torch.zeros(hidden.shape, dtype=self.pool.keys.dtype, device=hidden.device)
        return mask.masked_fill_(hidden, float("-inf"))[:, None, :, None]

    def _rows(self, segment: int) -> Rows:
        return np.arange(self.batch.offsets[segment], self.batch.offsets[segment + 1])

    def _index(self, array: Slots | Rows) -> Index:
        """A slice where the numbers are a run, so that nothing is gathered."""
        first, last = int(array[0]), int(array[-1])
        if last - first == len(array) - 1 and (np.diff(array) == 1).all():
            return slice(first, last + 1)
        return self._tensor(array)

    def _tensor(self, array: NDArray[np.generic]) -> torch.Tensor:
        tensor = torch.from_numpy(array)
        return (tensor.long() if tensor.dtype == torch.int32 else tensor).to(self.pool.keys.device)


def take(x: torch.Tensor, index: Index) -> torch.Tensor:
    """Rows of a tensor."""
    return x[index] if isinstance(index, slice) else x.index_select(0, index)


def gather(
    part: Padded, q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The rectangle's queries, keys and values.

    `[segments, kv_heads, width, group, size]`, and `[segments, kv_heads, depth, size]` twice.
    """
    _, heads, group, size = q.shape
    q = take(q, part.rows) if part.gather is None else q.index_select(0, part.gather)
    q = q.view(part.count, part.width, heads, group, size).transpose(1, 2)
    shape = (part.count, heads, part.depth, size)
    k, v = (x.view(-1, size).index_select(0, part.keys).view(shape) for x in (keys, values))
    return q, k, v


def scatter(part: Padded, x: torch.Tensor) -> torch.Tensor:
    """What was computed for the rectangle, `[segments, kv_heads, width, …]`, as the real rows, in order."""
    x = x.transpose(1, 2).flatten(0, 1)
    return x if part.valid is None else x.index_select(0, part.valid)
