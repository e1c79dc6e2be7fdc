"""Attention by our own Triton kernels: any device that Triton compiles for, and the CPU through its interpreter.

`plan` cuts the batch into tiles on the host and sends them to the device in one copy; `run` launches three kernels:
store, attend, merge. Stretches of few rows (decode) and of many (prefill, shared prefixes) have tiles of their own
size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import triton.language as tl
from triton import knobs

from ..batch import Batch
from ..pool import Pool
from ..transfers import send
from . import triton_kernels as kernels
from .base import AttentionUnsupported, LayerOptions
from .stretches import Ints, Stretch, by_row, stretches
from .triton_static import Layout, StaticArrays
from .triton_tiles import STEP, Tiles, cut, share_of_work

# Sharing a stretch costs one more part to merge for each row: it must save this many reads of a token.
LEAST_SAVED = 512

# Rows of a tile, (row, query head) pairs counted: the smallest that a matrix product takes, and a large one, which
# float32 can't have: its registers would spill.
NARROW = 16
WIDE = 64
LARGE_HEAD = 256  # from here on a program needs twice as many threads to keep its rows in registers
PROGRAMS = 3  # side by side on a multiprocessor, which has registers for so many with narrow tiles
MOST_KEYS = 1 << 20  # of a decode step that runs by a graph, shared ones counted once

# Launched as kernel[grid](...): the compiler's own types say nothing of that.
_store: Any = kernels.store_kernel
_attend_tiles: Any = kernels.attend_kernel
_merge: Any = kernels.merge_kernel


# The fields of `Tiles` that the kernel takes, under the same names.
FIELDS: tuple[str, ...] = ("start", "count", "offset", "begin", "end", "rows", "limits", "slots")


@dataclass(slots=True, eq=False)
class Launch:
    """Tiles of one size on the device, how many programs share them, and where their parts lie among all parts."""

    programs: int
    block_rows: int
    first_part: int
    arrays: dict[str, torch.Tensor]


@dataclass(slots=True, eq=False)
class Plan:
    """One way to compute a batch: launches, and the parts of each row. `direct`: every row is in one part alone."""

    launches: list[Launch]
    begin: torch.Tensor
    order: torch.Tensor
    parts: int
    direct: bool


def tile_sizes(dtype: torch.dtype) -> tuple[int, ...]:
    """The sizes of tiles, in (row, query head) pairs, that keys and values of a type are attended to in."""
    return (NARROW,) if dtype == torch.float32 else (NARROW, WIDE)


class TritonAttention:
    """Our kernels over one pool."""

    name = "triton"

    def __init__(
        self, pool: Pool, least_saved: int = LEAST_SAVED, split: int | None = None
    ) -> None:
        if pool.keys.device.type == "cpu" and not knobs.runtime.interpret:
            raise AttentionUnsupported("triton compiles for no CPU: choose the backend `torch`")
        self.pool = pool
        self.least_saved = least_saved
        self.split = split
        self.group = pool.shape.heads // pool.shape.kv_heads
        self._wide = tile_sizes(pool.keys.dtype)[-1]
        self._processors = _processors(pool.keys.device)
        self._wanted = max(
            self._processors * PROGRAMS // pool.shape.kv_heads, 1
        )  # tiles, by key head
        self._batch: Batch | None = None
        self._slots = torch.zeros(0, dtype=torch.int32, device=pool.keys.device)
        self._plans: dict[bool, Plan] = {}

    def plan(self, batch: Batch) -> None:
        """Forget the last batch; cut the new one when a layer asks. Layers with a window see whole contexts."""
        self._batch = batch
        self._slots = self._send([batch.slots])[0]
        self._plans = {}

    def run(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
    ) -> torch.Tensor:
        """Store, attend, merge."""
        self._store(layer, k, v)
        plan = self._plan(windowed=options.window is not None)
        direct = plan.direct and options.sinks is None
        out = torch.empty(q.shape, dtype=q.dtype, device=q.device)
        heads, size = q.shape[1:]
        if direct:
            self._attend(layer, plan, q, out, out, options, direct=True)
            return out
        partial = torch.empty((plan.parts, heads, size), dtype=torch.float32, device=q.device)
        lse = torch.empty((plan.parts, heads), dtype=torch.float32, device=q.device)
        self._attend(layer, plan, q, partial, lse, options, direct=False)
        sinks = options.sinks if options.sinks is not None else lse
        _merge[(len(q), heads)](
            partial,
            lse,
            plan.begin,
            plan.order,
            sinks,
            out,
            HEADS=heads,
            SIZE=size,
            BLOCK_SIZE=next_power_of_2(size),
            SINKS=options.sinks is not None,
        )
        return out

    def _store(self, layer: int, k: torch.Tensor, v: torch.Tensor) -> None:
        heads, size = k.shape[1:]
        keys, values = self.pool.keys[layer], self.pool.values[layer]
        _store[(len(k),)](
            k,
            v,
            keys,
            values,
            self._slots,
            k.stride(0),
            k.stride(1),
            v.stride(0),
            v.stride(1),
            keys.stride(0),
            HEADS=heads,
            SIZE=size,
            BLOCK=next_power_of_2(heads * size),
        )

    def _attend(
        self,
        layer: int,
        plan: Plan,
        q: torch.Tensor,
        out: torch.Tensor,
        lse: torch.Tensor,
        options: LayerOptions,
        direct: bool,
    ) -> None:
        keys, values = self.pool.keys[layer], self.pool.values[layer]
        size = q.shape[2]
        for launch in plan.launches:
            _attend_tiles[(launch.programs,)](
                q,
                keys,
                values,
                out if direct else out[launch.first_part :],
                lse if direct else lse[launch.first_part :],
                **launch.arrays,
                scale=options.scale,
                softcap=options.softcap or 0.0,
                window=options.window or 0,
                q_row=q.stride(0),
                q_head=q.stride(1),
                pool_slot=keys.stride(0),
                HEADS=q.shape[1],
                KV_HEADS=self.pool.shape.kv_heads,
                GROUP=self.group,
                SIZE=size,
                BLOCK_SIZE=max(16, next_power_of_2(size)),
                BLOCK_ROWS=launch.block_rows,
                BLOCK_KEYS=STEP,
                SOFTCAP=options.softcap is not None,
                WINDOW=options.window is not None,
                DIRECT=direct,
                PRODUCT=_product(q),
                PRECISION="ieee" if q.dtype == torch.float32 else "tf32",
                num_warps=8 if size >= LARGE_HEAD else 4,
            )

    # ---- planning

    def layout(self, rows: int) -> Layout:
        """Room for the plan of a decode step of `rows`."""
        most_keys = min(rows * self.pool.shape.max_context, MOST_KEYS)
        return Layout.of(rows, most_keys, self._wanted, self._wide // self.group or 1)

    def fill(self, batch: Batch, layout: Layout) -> Ints | None:
        """The plan of a batch in fixed arrays, for `use`; None where it does not fit."""
        found = stretches(batch, batch.grouped(self.least_saved))
        narrow, wide = (self._tiles(some, block) for some, block in self._by_width(found))
        return layout.fill(batch, narrow, wide)

    def use(self, arrays: StaticArrays) -> None:
        """Run with what these arrays hold by then, until the next `plan`. Layers with a window can't."""
        layout = arrays.layout
        programs = min(layout.tiles * self.pool.shape.kv_heads, self._processors * PROGRAMS)
        launches = [
            Launch(programs, self._block_rows(block), first, arrays.tiles(kind))
            for (_, block), kind, first in zip(
                self._by_width([]), ("narrow", "wide"), (0, layout.parts), strict=True
            )
        ]
        views = arrays.views
        self._batch, self._slots = None, views["slots"]
        self._plans = {
            False: Plan(launches, views["begin"], views["order"], 2 * layout.parts, False)
        }

    def _plan(self, windowed: bool) -> Plan:
        """A window is measured in positions, which whole contexts alone have: such layers share nothing."""
        if windowed not in self._plans:
            assert self._batch is not None, "run before plan"
            context = self._batch.whole if windowed else self._batch.grouped(self.least_saved)
            self._plans[windowed] = self._cut(stretches(self._batch, context), self._batch.tokens)
        return self._plans[windowed]

    def _cut(self, found: Sequence[Stretch], count: int) -> Plan:
        sizes = [
            (self._tiles(some, block), self._block_rows(block))
            for some, block in self._by_width(found)
            if some
        ]
        rows = np.concatenate([tiles.rows for tiles, _ in sizes])
        begin, order = by_row(rows, count)
        launches = self._launches(sizes)
        ends = self._send([begin, order])
        return Plan(launches, *ends, parts=len(rows), direct=len(rows) == count)

    def _by_width(self, found: Sequence[Stretch]) -> list[tuple[list[Stretch], int]]:
        """Stretches for narrow and for wide tiles, with the rows of the batch that a tile holds."""
        narrow, wide = max(NARROW // self.group, 1), max(self._wide // self.group, 1)
        few = [stretch for stretch in found if len(stretch.rows) <= narrow]
        many = [stretch for stretch in found if len(stretch.rows) > narrow]
        return [(few, narrow), (many, wide)]

    def _block_rows(self, block: int) -> int:
        """(row, query head) pairs of a tile of `block` rows, as the kernel counts them."""
        return next_power_of_2(max(block * self.group, NARROW))

    def _tiles(self, found: Sequence[Stretch], block: int) -> Tiles:
        return cut(found, block, self.split or share_of_work(found, block, self._wanted))

    def _launches(self, sizes: Sequence[tuple[Tiles, int]]) -> list[Launch]:
        launches: list[Launch] = []
        first = 0
        for tiles, block_rows in sizes:
            fields = [tiles.number, *(getattr(tiles, name) for name in FIELDS)]
            arrays = dict(zip(("tiles", *FIELDS), self._send(fields), strict=True))
            programs = len(tiles.start) * self.pool.shape.kv_heads
            launches.append(Launch(programs, block_rows, first, arrays))
            first += tiles.parts
        return launches

    def _send(self, arrays: Sequence[Ints]) -> list[torch.Tensor]:
        """Copy arrays to the device together."""
        sent = send(np.concatenate(arrays), self.pool.keys.device)
        return list(sent.split([len(array) for array in arrays]))


def next_power_of_2(number: int) -> int:
    """The least power of two that is not smaller."""
    return 1 << (number - 1).bit_length()


def _product(q: torch.Tensor) -> tl.dtype:
    """The type of matrix products: the interpreter, which is all there is on a CPU, knows no bfloat16."""
    if q.device.type == "cpu" or q.dtype == torch.float32:
        return tl.float32
    return tl.bfloat16 if q.dtype == torch.bfloat16 else tl.float16


def _processors(device: torch.device) -> int:
    if device.type != "cuda":
        return 1
    return torch.cuda.get_device_properties(device).multi_processor_count
