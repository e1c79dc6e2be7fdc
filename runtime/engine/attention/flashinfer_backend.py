"""Attention by FlashInfer's paged wrappers: decode, prefill, and a cascade of levels for shared prefixes.

Written against the documented interface of flashinfer-python 0.7.2 (`BatchDecodeWithPagedKVCacheWrapper`,
`BatchPrefillWithPagedKVCacheWrapper`, `merge_state_in_place`, layout NHD). A page is one slot. This file is our only
contact with it; where a layer asks for what it can't do, the message names a backend that can.

The kernels are those of FlashAttention-2 on every device: those of FlashAttention-3, its own choice on Hopper, put
neither a group's query heads nor the rows of a group of requests into one tile with pages, and split no keys. That is
also why a cascade is put together here from prefill wrappers: its wrapper for that takes no choice.

A plan never waits for the device: what the library looks at stays on the host, and everything it copies is pinned.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..batch import Batch, Context
from ..pool import Pool
from ..transfers import pin, send
from .base import AttentionUnsupported, LayerOptions
from .flashinfer_levels import Level, cascade, own_level
from .flashinfer_turns import Now, Turns

KERNELS = "fa2"
LEAST_SAVED = 512  # reads of a token that sharing a stretch must save
WORKSPACE_BYTES = (
    128 << 20
)  # what FlashInfer recommends; shared by all wrappers, which run one after the other
TENSOR_CORE_GROUP = 4  # query heads per key head from which decode is faster on tensor cores
HEAD_SIZES = (64, 128, 256)

Options = tuple[float, int | None, float | None]


@dataclass(slots=True, eq=False)
class Ready:
    """Planned wrappers: one, or a level each, the last of them with the rows' own keys.

    `order`: their rows among the batch's, and `back` the reverse; None where they agree.
    """

    wrappers: list[Any]
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
        self._turns: dict[tuple[str, Options, int], Turns] = {}
        self._ready: dict[Options, Ready] = {}
        self._batch: Batch | None = None
        self._slots = torch.zeros(0, dtype=torch.int64, device=device)

    def plan(self, batch: Batch) -> None:
        """Forget the last batch. What a wrapper must know of a layer comes with `run`: it is planned then, once."""
        self._batch = batch
        self._slots = send(batch.slots.astype(np.int64), self.pool.keys.device)
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
            return self._attend(ready.wrappers, q.contiguous(), cache)
        rows = self._attend(ready.wrappers, q.index_select(0, ready.order), cache)
        return rows.index_select(0, ready.back)

    def _attend(self, wrappers: list[Any], q: torch.Tensor, cache: Any) -> torch.Tensor:
        """Every level, merged into the last, where every row has a key: its own."""
        *shared, own = wrappers
        if not shared:
            return own.run(q, cache)
        out, lse = own.run(q, cache, return_lse=True)
        for level in shared:
            self._flashinfer.merge_state_in_place(out, lse, *level.run(q, cache, return_lse=True))
        return out

    # ---- planning

    def _plan(self, options: Options) -> Ready:
        """A window is measured in positions, which whole contexts alone have: such layers share nothing."""
        batch = self._batch
        assert batch is not None, "run before plan"
        context = batch.whole if options[1] is not None else batch.grouped(self.least_saved)
        if context.levels:
            return self._plan_cascade(batch, context, options)
        own = own_level(batch, context, range(len(batch.segments)))
        if batch.tokens == len(batch.segments):
            return Ready([self._plan_decode(own, options)])
        return Ready([self._plan_prefill(own, options, at=0, causal=True)])

    def _plan_decode(self, level: Level, options: Options) -> Any:
        make = self._flashinfer.BatchDecodeWithPagedKVCacheWrapper
        tensor_cores = self.pool.shape.heads // self.pool.shape.kv_heads >= TENSOR_CORE_GROUP
        turns = self._turns_of("decode", options, 0, make, use_tensor_cores=tensor_cores)
        shape = self._shape("head_dim")
        return turns.plan(
            *self._pages(level), **self._lengths(level), **shape, **self._layer(options)
        )

    def _plan_prefill(self, level: Level, options: Options, at: int, causal: bool) -> Any:
        """`at`: the level's place in a cascade, whose wrappers run side by side."""
        make = self._flashinfer.BatchPrefillWithPagedKVCacheWrapper
        turns = self._turns_of("prefill", options, at, make)
        shape = self._shape("head_dim_qk") | {"causal": causal}
        arguments = (self._on_host(level.row_offsets), *self._pages(level))
        return turns.plan(*arguments, **self._lengths(level), **shape, **self._layer(options))

    def _plan_cascade(self, batch: Batch, context: Context, options: Options) -> Ready:
        order, levels = cascade(batch, context)
        last = len(levels) - 1
        wrappers = [
            self._plan_prefill(level, options, at=last - i, causal=i == last)
            for i, level in enumerate(levels)
        ]
        rows = np.concatenate([np.arange(batch.offsets[i], batch.offsets[i + 1]) for i in order])
        if (np.diff(rows) == 1).all():
            return Ready(wrappers)
        device = self.pool.keys.device
        return Ready(wrappers, send(rows, device), send(np.argsort(rows), device))

    def _turns_of(self, kind: str, options: Options, at: int, make: Any, **settings: Any) -> Turns:
        """The wrappers of a kind and of a layer's options: layers that differ keep plans of their own."""
        key = (kind, options, at)
        if key not in self._turns:
            moment = torch.cuda.Event if self.pool.keys.is_cuda else Now
            settings |= {"kv_layout": "NHD", "backend": KERNELS}
            self._turns[key] = Turns(lambda: make(self._workspace, **settings), moment)
        return self._turns[key]

    def _pages(self, level: Level) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Offsets of pages, the pages, tokens in the last page; only the pages, which are many, go ahead."""
        pages = send(level.slots, self.pool.keys.device)
        return self._on_host(level.key_offsets), pages, self._on_host(level.last_page)

    def _lengths(self, level: Level) -> dict[str, torch.Tensor]:
        return {"seq_lens": self._on_host(level.lengths)}

    def _on_host(self, array: NDArray[np.int32]) -> torch.Tensor:
        return pin(array, self.pool.keys.device)

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


def _load() -> Any:
    try:
        return import_module("flashinfer")
    except ImportError as error:
        raise AttentionUnsupported(
            "flashinfer is not installed: `pip install 'sglc[cuda]'`, or choose the backend `triton`"
        ) from error
