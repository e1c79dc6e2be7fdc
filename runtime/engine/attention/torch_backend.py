"""Attention in plain torch: the reference for the other backends, and what runs on a CPU.

Each query's context is cut into parts that are attended to by one product each, for many queries at once, and the
partial results are merged by their log-sum-exp:

    dense     a stretch of keys and all rows that see it: the context that several segments share, read once for all
              of them, or the context of one long segment with its own tokens behind it
    padded    many short segments (decode rows above all), their private contexts side by side with padding
    joint     the step that matters most, arms of one prefix that decode: one softmax over both, and no merge

Query heads that read the same key head are folded into rows of one matrix, so no key is ever copied per head.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..batch import Batch, Context
from ..pool import Pool
from ..slots import Slots
from .base import LayerOptions
from .products import attend

Index = slice | torch.Tensor
Rows = NDArray[np.int64]

# A segment of at least this many new tokens is attended to by itself: its matrices are large enough.
LONG = 64
# Sharing a stretch of context costs a product and a merge: it must save this many reads of a token.
LEAST_SAVED = 128
# Rectangles are so many keys deep, or a multiple: the matrix kernels are built anew for every shape.
DEPTH_STEP = 32


@dataclass(slots=True, eq=False)
class Dense:
    """`rows` attend to `keys`. With a mask, the last `len(mask)` keys are the rows' own, each seen from itself on."""

    rows: Index
    keys: Index
    mask: torch.Tensor | None = None


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


@dataclass(slots=True, eq=False)
class Joint:
    """Rows of one token each that all attend to `shared`, and each to its own keys in `padded`."""

    shared: Index
    padded: Padded


class TorchAttention:
    """Runs anywhere torch does."""

    name = "torch"

    def __init__(self, pool: Pool, least_saved: int = LEAST_SAVED) -> None:
        self.pool = pool
        self.least_saved = least_saved
        self.group = pool.shape.heads // pool.shape.kv_heads
        self._batch: Batch | None = None
        self._slots = torch.zeros(0, dtype=torch.int64)
        self._parts: list[Dense | Padded] = []
        self._joint: Joint | None = None

    def plan(self, batch: Batch) -> None:
        """Cut the context of every segment into parts."""
        self._batch = batch
        self._slots = self._tensor(batch.slots)
        context = batch.grouped(self.least_saved)
        long = [i for i, n in enumerate(batch.lengths) if n >= LONG]
        short = [i for i, n in enumerate(batch.lengths) if n < LONG]
        self._parts = [*self._shared(batch, context), *self._long(batch, context, long)]
        self._parts += self._short(batch, context, short)
        self._joint = self._join()

    def run(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
    ) -> torch.Tensor:
        """Store, attend part by part, merge."""
        self.pool.store(layer, self._slots, k, v)
        if not options.is_plain:
            return self._run_reference(layer, q, options)
        keys, values = self.pool.keys[layer], self.pool.values[layer]
        q = q.view(len(q), self.pool.shape.kv_heads, self.group, -1)
        if self._joint is not None and q.dtype == torch.bfloat16:
            return _attend_jointly(self._joint, q, keys, values, options.scale).flatten(1, 2)
        if len(self._parts) == 1:  # it covers every row, in order
            out, _ = self._attend(self._parts[0], q, keys, values, options.scale, wants_lse=False)
            return out.reshape(len(q), -1, q.shape[-1])
        merge = _Merge(q)
        for part in self._parts:
            merge.add(
                part.rows, *self._attend(part, q, keys, values, options.scale, wants_lse=True)
            )
        return merge.out.to(q.dtype).view(len(q), -1, q.shape[-1])

    # ---- planning

    def _shared(self, batch: Batch, context: Context) -> Iterable[Dense]:
        for level in context.levels:
            rows = np.concatenate([_rows(batch, i) for i in level.segments])
            yield Dense(self._index(rows), self._index(level.slots))

    def _long(self, batch: Batch, context: Context, long: list[int]) -> Iterable[Dense]:
        for i in long:
            slots = np.concatenate([context.private[i], batch.segments[i].slots])
            yield Dense(
                self._index(_rows(batch, i)),
                self._index(slots),
                self._triangle(int(batch.lengths[i])),
            )

    def _short(self, batch: Batch, context: Context, short: list[int]) -> Iterable[Padded]:
        """Segments of similar width and depth share a rectangle: at most half of each side is padding."""
        boxes: dict[tuple[int, int], list[int]] = {}
        for i in short:
            width = int(batch.lengths[i])
            depth = width + len(context.private[i])
            boxes.setdefault((width.bit_length(), max(depth, 64).bit_length()), []).append(i)
        for box in boxes.values():
            yield self._padded(batch, context, box)

    def _join(self) -> Joint | None:
        """Both parts as one, where the first is for all rows and the second has one row a segment."""
        match self._parts:
            case [
                Dense(slice() as rows, keys, None),
                Padded(rows=slice() as own, width=1) as padded,
            ]:
                return Joint(keys, padded) if rows == own == slice(0, padded.count) else None
            case _:
                return None

    def _padded(self, batch: Batch, context: Context, box: list[int]) -> Padded:
        lengths = batch.lengths[box]
        private = np.array([len(context.private[i]) for i in box])
        width, depth = int(lengths.max()), int((private + lengths).max())
        depth += -depth % DEPTH_STEP
        keys = np.zeros((len(box), depth), dtype=np.int64)
        filled = np.arange(depth) < (private + lengths)[:, None]
        keys[filled] = np.concatenate(
            [s for i in box for s in (context.private[i], batch.segments[i].slots)]
        )
        rows = np.concatenate([_rows(batch, i) for i in box])
        gather = valid = None
        if width > 1:
            column = np.arange(width)
            gather = self._tensor(
                (batch.offsets[box][:, None] + np.minimum(column, lengths[:, None] - 1)).ravel()
            )
            valid = self._tensor(np.flatnonzero(column < lengths[:, None]))
        mask = self._mask(private, width, depth) if width > 1 or not filled.all() else None
        heads = self.pool.shape.kv_heads
        places = (keys[:, None] * heads + np.arange(heads)[:, None]).ravel()
        return Padded(
            self._index(rows), gather, valid, self._tensor(places), mask, len(box), width, depth
        )

    def _mask(self, private: Rows, width: int, depth: int) -> torch.Tensor:
        """Row j of a segment sees its private context and the segment's rows up to j."""
        limit = private[:, None, None] + np.arange(width)[:, None]
        return self._minus_infinity(np.arange(depth) > limit)[:, None, :, None]

    def _triangle(self, rows: int) -> torch.Tensor:
        """Row j of a run sees the run up to j."""
        return self._minus_infinity(np.triu(np.ones((rows, rows), dtype=bool), 1))

    def _minus_infinity(self, hidden: NDArray[np.bool_]) -> torch.Tensor:
        mask = torch.zeros(hidden.shape, dtype=self.pool.keys.dtype, device=self.pool.keys.device)
        return mask.masked_fill_(self._tensor(hidden), float("-inf"))

    def _index(self, array: Slots | Rows) -> Index:
        """A slice where the numbers are a run, so that nothing is gathered."""
        first, last = int(array[0]), int(array[-1])
        if last - first == len(array) - 1 and (np.diff(array) == 1).all():
            return slice(first, last + 1)
        return self._tensor(array)

    def _tensor(self, array: NDArray[np.generic]) -> torch.Tensor:
        tensor = torch.from_numpy(array)
        return (tensor.long() if tensor.dtype == torch.int32 else tensor).to(self.pool.keys.device)

    # ---- running

    def _attend(
        self,
        part: Dense | Padded,
        q: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
        scale: float,
        wants_lse: bool,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Attend one part: `[rows, kv_heads, group, head_dim]`, and the log-sum-exp without the last dimension."""
        if isinstance(part, Dense):
            k, v = _take(keys, part.keys), _take(values, part.keys)
            return _attend_dense(_take(q, part.rows), k, v, part.mask, scale, wants_lse)
        return _attend_padded(part, q, keys, values, scale, wants_lse)

    def _run_reference(self, layer: int, q: torch.Tensor, options: LayerOptions) -> torch.Tensor:
        """Windows, soft caps and sinks: one segment after the other, in float32."""
        batch = self._batch
        assert batch is not None
        outs: list[torch.Tensor] = []
        for i, segment in enumerate(batch.segments):
            slots = self._tensor(np.concatenate([batch.whole.private[i], segment.slots]))
            rows = q[int(batch.offsets[i]) : int(batch.offsets[i + 1])]
            outs.append(
                attend_plainly(
                    rows, self.pool.keys[layer][slots], self.pool.values[layer][slots], options
                )
            )
        return torch.cat(outs)


class _Merge:
    """Partial attention results by row, merged as they come."""

    def __init__(self, q: torch.Tensor) -> None:
        self.out = torch.zeros(q.shape, dtype=torch.float32, device=q.device)
        self.lse = torch.full(q.shape[:-1], float("-inf"), dtype=torch.float32, device=q.device)
        self._is_empty = True

    def add(self, rows: Index, out: torch.Tensor, lse: torch.Tensor | None) -> None:
        """Weigh the new part against what is there: softmax over the union of the keys."""
        assert lse is not None
        if self._is_empty and len(out) == len(self.out):
            self.out, self.lse = out.float().contiguous(), lse.float()
        elif isinstance(rows, slice):
            self._blend(self.out[rows], self.lse[rows], out, lse)
        else:
            old_out, old_lse = self.out[rows], self.lse[rows]
            self._blend(old_out, old_lse, out, lse)
            self.out[rows], self.lse[rows] = old_out, old_lse
        self._is_empty = False

    @staticmethod
    def _blend(
        old_out: torch.Tensor, old_lse: torch.Tensor, out: torch.Tensor, lse: torch.Tensor
    ) -> None:
        weight = torch.sigmoid(lse - old_lse)
        old_out.lerp_(out.float(), weight[..., None])
        torch.logaddexp(old_lse, lse, out=old_lse)


def attend_plainly(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
) -> torch.Tensor:
    """The definition: the last `len(q)` positions attend to `k` and `v`, with everything a layer may ask for."""
    group = q.shape[1] // k.shape[1]
    k, v = (x.float().repeat_interleave(group, dim=1).transpose(0, 1) for x in (k, v))
    scores = q.float().transpose(0, 1) @ k.transpose(1, 2) * options.scale
    if options.softcap is not None:
        scores = torch.tanh(scores / options.softcap) * options.softcap
    key = torch.arange(k.shape[1], device=q.device)
    query = key[-len(q) :, None]
    hidden = key > query
    if options.window is not None:
        hidden |= key <= query - options.window
    scores = scores.masked_fill(hidden, float("-inf"))
    if options.sinks is not None:
        sink = options.sinks.float()[:, None, None].expand(-1, len(q), 1)
        scores = torch.cat([scores, sink], dim=-1)
    return (scores.softmax(-1)[..., : len(key)] @ v).transpose(0, 1).to(q.dtype)


def _rows(batch: Batch, segment: int) -> Rows:
    return np.arange(batch.offsets[segment], batch.offsets[segment + 1])


def _take(x: torch.Tensor, index: Index) -> torch.Tensor:
    return x[index] if isinstance(index, slice) else x.index_select(0, index)


def _attend_dense(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    mask: torch.Tensor | None,
    scale: float,
    wants_lse: bool,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    rows, heads, group, size = q.shape
    q = q.transpose(0, 1).reshape(1, heads, rows, group, size)
    mask = None if mask is None else mask[None, None, :, None]
    out, lse = attend(q, k.transpose(0, 1)[None], v.transpose(0, 1)[None], mask, scale, wants_lse)
    return out[0].transpose(0, 1), None if lse is None else lse[0].transpose(0, 1)


def _attend_jointly(
    part: Joint, q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, scale: float
) -> torch.Tensor:
    """Scores of the shared and of the own keys in one matrix: one softmax for both."""
    count, heads, group, size = q.shape
    padded = part.padded
    q = q if scale == 1.0 else q * scale
    k, v = (_take(x, part.shared).transpose(0, 1) for x in (keys, values))
    own_k, own_v = (
        x.view(-1, size).index_select(0, padded.keys).view(-1, padded.depth, size)
        for x in (keys, values)
    )
    border = k.shape[1]
    scores = q.new_empty(heads, count * group, border + padded.depth)
    folded = q.transpose(0, 1).reshape(heads, count * group, size)
    for head in range(heads):
        torch.mm(folded[head], k[head].t(), out=scores[head, :, :border])
    own = torch.bmm(q.reshape(-1, group, size), own_k.transpose(1, 2)).view(count, heads, group, -1)
    if padded.mask is not None:
        own = own.add_(padded.mask[:, :, 0])
    view = scores.view(heads, count, group, -1)
    view[..., border:] = own.transpose(0, 1)
    weights = torch.softmax(scores, -1)
    shared_out = torch.bmm(weights[..., :border], v).view(heads, count, group, size).transpose(0, 1)
    own_weights = (
        weights.view(view.shape)[..., border:].transpose(0, 1).reshape(-1, group, padded.depth)
    )
    return torch.bmm(own_weights, own_v).view(q.shape).add_(shared_out)


def _attend_padded(
    part: Padded,
    q: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    scale: float,
    wants_lse: bool,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    _, heads, group, size = q.shape
    count, width, depth = part.count, part.width, part.depth
    q = _take(q, part.rows) if part.gather is None else q.index_select(0, part.gather)
    q = q.view(count, width, heads, group, size).transpose(1, 2)
    k = keys.view(-1, size).index_select(0, part.keys).view(count, heads, depth, size)
    v = values.view(-1, size).index_select(0, part.keys).view(count, heads, depth, size)
    out, lse = attend(q, k, v, part.mask, scale, wants_lse)
    out = out.transpose(1, 2).reshape(-1, heads, group, size)
    lse = None if lse is None else lse.transpose(1, 2).reshape(-1, heads, group)
    if part.valid is None:
        return out, lse
    return out.index_select(0, part.valid), None if lse is None else lse.index_select(0, part.valid)
