"""Attention by FlashInfer's paged wrappers: decode, prefill, and multi-level cascade for shared prefixes.

Written against the documented interface of flashinfer-python 0.7.2 (`BatchDecodeWithPagedKVCacheWrapper`,
`BatchPrefillWithPagedKVCacheWrapper`, `MultiLevelCascadeAttentionWrapper`, layout NHD). A page is one slot. This
file is our only contact with it; where a layer asks for what it can't do, the message names a backend that can.

In a cascade each level covers all rows, in groups of neighbours that share the same keys. So the segments are put
into the order of the prefix tree, and a segment that shares nothing at some level has no keys there:

    rows        | a0 a1 a2 | b0 b1 | c0 |
    level 0     | -- trunk of all of it-|       shared
    level 1     | - arm A -|- none -----|       shared
    level 2     | a0 | a1.. | ...   | c0|       each segment's own context and new tokens, causal
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..batch import Batch, Context
from ..pool import Pool
from ..slots import Slots
from .base import AttentionUnsupported, LayerOptions

LEAST_SAVED = 512  # reads of a token that sharing a stretch must save
WORKSPACE_BYTES = (
    128 << 20
)  # what FlashInfer recommends; shared by all wrappers, which run one after the other
TENSOR_CORE_GROUP = 4  # query heads per key head from which decode is faster on tensor cores
HEAD_SIZES = (64, 128, 256)

Ints = NDArray[np.int32]
Options = tuple[float, int | None, float | None]


@dataclass(slots=True, eq=False)
class Level:
    """Groups of neighbouring rows, and the keys that each group attends to."""

    rows: list[int]  # of each group
    keys: list[Slots]

    def arguments(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Offsets of rows, offsets of pages, pages, tokens in the last page: on the host, where plans are made."""
        sizes = [len(keys) for keys in self.keys]
        last = torch.ones(
            len(self.rows), dtype=torch.int32
        )  # no pages: -1 whole ones and this one make none
        return _offsets(self.rows), _offsets(sizes), _tensor(np.concatenate(self.keys)), last


@dataclass(slots=True, eq=False)
class Ready:
    """A planned wrapper. `order`: its rows among the batch's, and `back` the reverse; None where they agree."""

    wrapper: Any
    order: torch.Tensor | None = None
    back: torch.Tensor | None = None


class FlashInferAttention:
    """FlashInfer over one pool."""

    name = "flashinfer"

    def __init__(self, pool: Pool, least_saved: int = LEAST_SAVED) -> None:
        self.pool, self.least_saved = pool, least_saved
        self._check(pool)
        self._flashinfer = _load()
        device = pool.keys.device
        self._workspace = torch.zeros(WORKSPACE_BYTES, dtype=torch.uint8, device=device)
        self._wrappers: dict[tuple[str, Options, int], Any] = {}
        self._ready: dict[Options, Ready] = {}
        self._batch: Batch | None = None
        self._slots = torch.zeros(0, dtype=torch.int64, device=device)

    def plan(self, batch: Batch) -> None:
        """Forget the last batch. What a wrapper must know of a layer comes with `run`: it is planned then, once."""
        self._batch = batch
        self._slots = torch.from_numpy(batch.slots).long().to(self.pool.keys.device)
        self._ready = {}

    def run(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
    ) -> torch.Tensor:
        """Store, then attend."""
        if options.sinks is not None:
            raise AttentionUnsupported(
                "flashinfer has attention sinks for some kernels and devices only: choose the backend `triton`"
            )
        self.pool.store(layer, self._slots, k, v)
        wanted = (options.scale, options.window, options.softcap)
        if wanted not in self._ready:
            self._ready[wanted] = self._plan(wanted)
        ready = self._ready[wanted]
        cache = (self.pool.keys[layer].unsqueeze(1), self.pool.values[layer].unsqueeze(1))
        if ready.order is None or ready.back is None:
            return ready.wrapper.run(q.contiguous(), cache)
        return ready.wrapper.run(q.index_select(0, ready.order), cache).index_select(0, ready.back)

    # ---- planning

    def _plan(self, options: Options) -> Ready:
        """A window is measured in positions, which whole contexts alone have: such layers share nothing."""
        batch = self._batch
        assert batch is not None, "run before plan"
        context = batch.whole if options[1] is not None else batch.grouped(self.least_saved)
        if context.levels:
            return self._plan_cascade(batch, context, options)
        if batch.tokens == len(batch.segments):
            return Ready(self._plan_decode(batch, context, options))
        return Ready(self._plan_prefill(batch, context, options))

    def _plan_decode(self, batch: Batch, context: Context, options: Options) -> Any:
        _, offsets, pages, last = _own(batch, context, range(len(batch.segments))).arguments()
        tensor_cores = self.pool.shape.heads // self.pool.shape.kv_heads >= TENSOR_CORE_GROUP
        make = self._flashinfer.BatchDecodeWithPagedKVCacheWrapper
        wrapper = self._wrapper("decode", options, 0, make, use_tensor_cores=tensor_cores)
        wrapper.plan(offsets, pages, last, **self._shape("head_dim"), **self._layer(options))
        return wrapper

    def _plan_prefill(self, batch: Batch, context: Context, options: Options) -> Any:
        arguments = _own(batch, context, range(len(batch.segments))).arguments()
        wrapper = self._wrapper(
            "prefill", options, 0, self._flashinfer.BatchPrefillWithPagedKVCacheWrapper
        )
        wrapper.plan(*arguments, **self._shape("head_dim_qk"), causal=True, **self._layer(options))
        return wrapper

    def _plan_cascade(self, batch: Batch, context: Context, options: Options) -> Ready:
        order, levels = cascade(batch, context)
        make = self._flashinfer.MultiLevelCascadeAttentionWrapper
        wrapper = self._wrapper(
            "cascade", options, len(levels), lambda *a, **k: make(len(levels), *a, **k)
        )
        lists = [
            list(parts) for parts in zip(*(level.arguments() for level in levels), strict=True)
        ]
        wrapper.plan(*lists, **self._shape("head_dim"), causal=True, **self._layer(options))
        rows = np.concatenate([np.arange(batch.offsets[i], batch.offsets[i + 1]) for i in order])
        if (np.diff(rows) == 1).all():
            return Ready(wrapper)
        device = self.pool.keys.device
        return Ready(
            wrapper,
            torch.from_numpy(rows).to(device),
            torch.from_numpy(np.argsort(rows)).to(device),
        )

    def _wrapper(self, kind: str, options: Options, levels: int, make: Any, **settings: Any) -> Any:
        """The wrapper of a kind and of a layer's options: layers that differ keep plans of their own."""
        key = (kind, options, levels)
        if key not in self._wrappers:
            self._wrappers[key] = make(self._workspace, kv_layout="NHD", **settings)
        return self._wrappers[key]

    def _shape(self, head_size: str) -> dict[str, int]:
        shape = self.pool.shape
        heads = {"num_qo_heads": shape.heads, "num_kv_heads": shape.kv_heads}
        return heads | {head_size: shape.head_dim, "page_size": 1}

    def _layer(self, options: Options) -> dict[str, Any]:
        """`window_left` counts what is left of the query's own position; no soft cap is 0."""
        scale, window, softcap = options
        dtype = self.pool.keys.dtype
        found: dict[str, Any] = {
            "sm_scale": scale,
            "window_left": -1 if window is None else window - 1,
        }
        return found | {
            "logits_soft_cap": softcap or 0.0,
            "q_data_type": dtype,
            "kv_data_type": dtype,
        }

    def _check(self, pool: Pool) -> None:
        if pool.keys.dtype not in (torch.float16, torch.bfloat16):
            raise AttentionUnsupported(
                f"flashinfer has no {pool.keys.dtype} kernels: choose `triton` or `torch`"
            )
        if pool.shape.head_dim not in HEAD_SIZES:
            raise AttentionUnsupported(
                f"flashinfer has no kernels for heads of {pool.shape.head_dim}, only of {HEAD_SIZES}: choose `triton`"
            )


def cascade(batch: Batch, context: Context) -> tuple[list[int], list[Level]]:
    """The segments in the order of the prefix tree, and the levels over them: shared ones first, then their own."""
    shared: list[list[int]] = [[] for _ in batch.segments]  # of each segment, from the trunk on
    for number, level in enumerate(context.levels):
        for i in level.segments:
            shared[i].append(number)
    order = sorted(range(len(shared)), key=lambda i: shared[i])
    depth = max(map(len, shared))
    levels = [_shared_level(batch, context, order, shared, at) for at in range(depth)]
    return order, [*levels, _own(batch, context, order)]


def _shared_level(
    batch: Batch, context: Context, order: Sequence[int], shared: list[list[int]], at: int
) -> Level:
    found, last = Level([], []), None
    for i in order:
        here = shared[i][at] if at < len(shared[i]) else -1
        if here != last:
            found.rows.append(0)
            found.keys.append(
                context.levels[here].slots if here >= 0 else np.zeros(0, dtype=np.int32)
            )
        found.rows[-1] += int(batch.lengths[i])
        last = here
    return found


def _own(batch: Batch, context: Context, order: Sequence[int]) -> Level:
    """What each segment has for itself: the rest of its context, then its new tokens."""
    keys = [np.concatenate([context.private[i], batch.segments[i].slots]) for i in order]
    return Level([int(batch.lengths[i]) for i in order], keys)


def _offsets(sizes: Sequence[int]) -> torch.Tensor:
    return _tensor(np.concatenate([[0], np.cumsum(sizes)]))


def _tensor(array: NDArray[np.generic]) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.int32))


def _load() -> Any:
    try:
        return import_module("flashinfer")
    except ImportError as error:
        raise AttentionUnsupported(
            "flashinfer is not installed: `pip install 'sglc[cuda]'`, or choose the backend `triton`"
        ) from error
