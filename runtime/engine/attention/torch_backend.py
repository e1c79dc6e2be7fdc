"""Attention in plain torch: the reference for the other backends, and what runs on a CPU.

Each query's context is cut into parts that are attended to by one kernel call each, for many queries at once, and the
partial results are merged by their log-sum-exp:

    shared    a stretch of context and all rows of the segments that share it: read once for all of them
    causal    the new tokens of one long segment, among themselves
    padded    many short segments (decode rows above all), their private contexts side by side with padding

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

Index = slice | torch.Tensor
Rows = NDArray[np.int64]

# A segment of at least this many new tokens is attended to by itself: its matrices are large enough.
LONG = 64
# Sharing a stretch of context costs a kernel call and a merge: it must save this many reads of a token.
LEAST_SAVED = 128


@dataclass(slots=True, eq=False)
class Shared:
    """`rows` attend to all of `keys`."""

    rows: Index
    keys: Index


@dataclass(slots=True, eq=False)
class Causal:
    """Rows `rows`, a run, attend to `keys`, as many, each to those up to its own."""

    rows: slice
    keys: Index


@dataclass(slots=True, eq=False)
class Padded:
    """Segments of at most `width` rows, each with at most `depth` keys, padded to a rectangle."""

    rows: Index  # the real rows, in order
    gather: torch.Tensor | None  # rectangle of rows, when segments have more than one row
    valid: torch.Tensor | None  # where the real rows lie in the rectangle
    keys: torch.Tensor  # rectangle of slots, flat
    mask: torch.Tensor | None  # 0 or -inf: [segments, 1, width * group, depth]
    count: int
    width: int
    depth: int


class TorchAttention:
    """Runs anywhere torch does."""

    name = "torch"

    def __init__(self, pool: Pool, least_saved: int = LEAST_SAVED) -> None:
        self.pool = pool
        self.least_saved = least_saved
        self.group = pool.shape.heads // pool.shape.kv_heads
        self._batch: Batch | None = None
        self._slots = torch.zeros(0, dtype=torch.int64)
        self._parts: list[Shared | Causal | Padded] = []

    def plan(self, batch: Batch) -> None:
        """Cut the context of every segment into parts."""
        self._batch = batch
        self._slots = self._tensor(batch.slots)
        context = batch.grouped(self.least_saved)
        long = [i for i, n in enumerate(batch.lengths) if n >= LONG]
        short = [i for i, n in enumerate(batch.lengths) if n < LONG]
        self._parts = [*self._shared(batch, context), *self._long(batch, context, long)]
        self._parts += self._short(batch, context, short)

    def run(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
    ) -> torch.Tensor:
        """Store, attend part by part, merge."""
        self.pool.store(layer, self._slots, k, v)
        if not options.is_plain:
            return self._run_reference(layer, q, options)
        keys, values = self.pool.keys[layer], self.pool.values[layer]
        q = q.view(len(q), self.pool.shape.kv_heads, self.group, -1)
        if len(self._parts) == 1:  # it covers every row, in order
            out, _ = self._attend(self._parts[0], q, keys, values, options.scale)
            return out.reshape(len(q), -1, q.shape[-1])
        merge = _Merge(q)
        for part in self._parts:
            merge.add(part.rows, *self._attend(part, q, keys, values, options.scale))
        return merge.out.to(q.dtype).view(len(q), -1, q.shape[-1])

    # ---- planning

    def _shared(self, batch: Batch, context: Context) -> Iterable[Shared]:
        for level in context.levels:
            rows = np.concatenate([_rows(batch, i) for i in level.segments])
            yield Shared(self._index(rows), self._index(level.slots))

    def _long(self, batch: Batch, context: Context, long: list[int]) -> Iterable[Shared | Causal]:
        for i in long:
            rows = slice(int(batch.offsets[i]), int(batch.offsets[i + 1]))
            if len(context.private[i]):
                yield Shared(rows, self._index(context.private[i]))
            yield Causal(rows, self._index(batch.segments[i].slots))

    def _short(self, batch: Batch, context: Context, short: list[int]) -> Iterable[Padded]:
        """Segments of similar width and depth share a rectangle: at most half of each side is padding."""
        boxes: dict[tuple[int, int], list[int]] = {}
        for i in short:
            width = int(batch.lengths[i])
            depth = width + len(context.private[i])
            boxes.setdefault((width.bit_length(), max(depth, 64).bit_length()), []).append(i)
        for box in boxes.values():
            yield self._padded(batch, context, box)

    def _padded(self, batch: Batch, context: Context, box: list[int]) -> Padded:
        lengths = batch.lengths[box]
        private = np.array([len(context.private[i]) for i in box])
        width, depth = int(lengths.max()), int((private + lengths).max())
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
        return Padded(
            self._index(rows),
            gather,
            valid,
            self._tensor(keys.ravel()),
            mask,
            len(box),
            width,
            depth,
        )

    def _mask(self, private: Rows, width: int, depth: int) -> torch.Tensor:
        """Row j of a segment sees its private context and the segment's rows up to j."""
        limit = private[:, None, None] + np.arange(width)[:, None]
        hidden = self._tensor(np.arange(depth) > limit)
        mask = torch.zeros(hidden.shape, dtype=self.pool.keys.dtype, device=hidden.device)
        mask.masked_fill_(hidden, float("-inf"))
        return mask[:, None].repeat_interleave(self.group, dim=2)

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
        part: Shared | Causal | Padded,
        q: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
        scale: float,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Attend one part: `[rows, kv_heads, group, head_dim]` and the log-sum-exp without the last dimension."""
        match part:
            case Shared():
                return _attend_shared(
                    _take(q, part.rows), _take(keys, part.keys), _take(values, part.keys), scale
                )
            case Causal():
                return _attend_causal(
                    _take(q, part.rows), _take(keys, part.keys), _take(values, part.keys), scale
                )
            case Padded():
                return _attend_padded(part, q, keys, values, scale)

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

    def add(self, rows: Index, out: torch.Tensor, lse: torch.Tensor) -> None:
        """Weigh the new part against what is there: softmax over the union of the keys."""
        old_out, old_lse = self.out[rows], self.lse[rows]
        weight = torch.sigmoid(lse - old_lse)
        self.out[rows] = torch.lerp(old_out, out.float(), weight[..., None])
        self.lse[rows] = torch.logaddexp(old_lse, lse)


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


def _attend_shared(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    rows, heads, group, size = q.shape
    q = q.transpose(0, 1).reshape(1, heads, rows * group, size)
    out, lse = flash(q, k.transpose(0, 1)[None], v.transpose(0, 1)[None], scale)
    return out.view(heads, rows, group, size).transpose(0, 1), lse.view(
        heads, rows, group
    ).transpose(0, 1)


def _attend_causal(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    rows, heads, group, size = q.shape
    k = k.transpose(0, 1)[:, None].expand(heads, group, rows, size)
    v = v.transpose(0, 1)[:, None].expand(heads, group, rows, size)
    out, lse = flash(q.permute(1, 2, 0, 3), k, v, scale, causal=True)
    return out.permute(2, 0, 1, 3), lse.permute(2, 0, 1)


def _attend_padded(
    part: Padded, q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    _, heads, group, size = q.shape
    count, width, depth = part.count, part.width, part.depth
    q = _take(q, part.rows) if part.gather is None else q.index_select(0, part.gather)
    q = (
        q.view(count, width, heads, group, size)
        .transpose(1, 2)
        .reshape(count, heads, width * group, size)
    )
    k = keys.index_select(0, part.keys).view(count, depth, heads, size).transpose(1, 2)
    v = values.index_select(0, part.keys).view(count, depth, heads, size).transpose(1, 2)
    out, lse = flash(q, k, v, scale, mask=part.mask)
    out = out.view(count, heads, width, group, size).transpose(1, 2).reshape(-1, heads, group, size)
    lse = lse.view(count, heads, width, group).transpose(1, 2).reshape(-1, heads, group)
    return (
        (out, lse)
        if part.valid is None
        else (out.index_select(0, part.valid), lse.index_select(0, part.valid))
    )


def flash(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    scale: float,
    causal: bool = False,
    mask: torch.Tensor | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention with its log-sum-exp, by torch's own CPU kernel where it is there."""
    if q.device.type == "cpu" and _FLASH is not None:
        out, lse = _FLASH(q, k, v, 0.0, causal, attn_mask=mask, scale=scale)
        return out, lse
    return plain_attention(q, k, v, scale, causal, mask)


def plain_attention(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    scale: float,
    causal: bool = False,
    mask: torch.Tensor | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The same in public operations."""
    scores = (q @ k.transpose(-1, -2)).float() * scale
    if causal:
        scores = scores.masked_fill(
            torch.ones_like(scores, dtype=torch.bool).triu(1), float("-inf")
        )
    if mask is not None:
        scores = scores + mask.float()
    lse = scores.logsumexp(-1)
    return (torch.exp(scores - lse[..., None]).to(v.dtype) @ v), lse


# A private name: absent in some later torch, it is replaced by the plain form.
_FLASH = getattr(torch.ops.aten, "_scaled_dot_product_flash_attention_for_cpu", None)
