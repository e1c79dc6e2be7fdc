"""Decode steps as CUDA graphs: one launch instead of hundreds, for batches padded up to a few sizes.

Sizes are captured at the start, or when they are first needed. A batch that is no decode step, is larger than the
largest size or does not fit the fixed arrays (many shared stretches) runs without a graph: the answer is the same. So
does one whose graph the device has no memory for; that is tried once.
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch

from .attention.base import Attention
from .attention.triton_backend import TritonAttention
from .attention.triton_static import StaticArrays
from .batch import Batch
from .device import is_out_of_memory
from .model import Model
from .pool import Pool

# Close together where a padded row costs a large share, far apart where it does not.
SIZES = (1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
WARM_UPS = 2  # kernels are compiled and chosen before a capture, which must not do either


_LOG = logging.getLogger(__name__)


class Computes(Protocol):
    """A model whose forward runs from arrays on the device, without the host."""

    def compute(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        slots: torch.Tensor,
        pool: Pool,
        attention: Attention,
    ) -> None:
        """Compute a batch."""
        ...


Capture = Callable[[Callable[[], None]], Callable[[], None]]
"""Records what a function launches; the result launches it again."""


class DecodeGraphs:
    """Captured decode steps over one model, pool and attention."""

    def __init__(
        self,
        model: Computes,
        pool: Pool,
        attention: TritonAttention,
        capture: Capture,
        sizes: Sequence[int] = SIZES,
    ) -> None:
        self._model, self._pool, self._attention = model, pool, attention
        self._capture, self._sizes = capture, sorted(sizes)
        self._captured: dict[int, tuple[StaticArrays, Callable[[], None]]] = {}
        self.replays = 0

    @property
    def captured(self) -> list[int]:
        """The sizes that have been captured."""
        return sorted(self._captured)

    def capture(self) -> None:
        """Capture every size, the largest first: the others then find room in its memory."""
        for size in reversed(self._sizes):
            self._replay_of(size)  # of zeros: rows of nobody, and no tiles

    def run(self, batch: Batch) -> bool:
        """Compute a batch by a graph; False, and nothing done, where there is none for it."""
        size = self.size_of(batch)
        if size is None:
            return False
        filled = self._attention.fill(batch, self._attention.layout(size))
        captured = None if filled is None else self._replay_of(size)
        if filled is None or captured is None:
            return False
        arrays, replay = captured
        arrays.load(filled)
        batch.put_unread(arrays.views["ids"])
        replay()
        self.replays += 1
        return True

    def size_of(self, batch: Batch) -> int | None:
        """The smallest size that holds a decode step; None for anything else."""
        if batch.tokens != len(batch.segments):
            return None
        at = bisect_left(self._sizes, batch.tokens)
        return self._sizes[at] if at < len(self._sizes) else None

    def _replay_of(self, size: int) -> tuple[StaticArrays, Callable[[], None]] | None:
        """The arrays of a size and the step that reads them, captured by now; None where there is no memory for it."""
        if size not in self._captured:
            try:
                arrays = StaticArrays(self._attention.layout(size), self._pool.keys.device)
                self._captured[size] = (arrays, self._record(arrays))
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
                _LOG.warning(
                    "no memory for a CUDA graph of %d rows: lower `mem_fraction_static`", size
                )
                self._sizes = [each for each in self._sizes if each != size]
                return None
        return self._captured[size]

    def _record(self, arrays: StaticArrays) -> Callable[[], None]:
        """Record a step over arrays of zeros."""
        views = arrays.views

        def step() -> None:
            self._attention.use(arrays)
            inputs = (views["ids"], views["positions"], views["slots"])
            self._model.compute(*inputs, self._pool, self._attention)

        return self._capture(step)


def decode_graphs(
    model: Model, pool: Pool, attention: Attention, most_rows: int = SIZES[-1]
) -> DecodeGraphs | None:
    """Graphs for an engine that can use them: a CUDA device, our kernels, and a model that runs without the host."""
    able: Any = model
    if (
        not pool.keys.is_cuda
        or not isinstance(attention, TritonAttention)
        or not hasattr(able, "compute")
    ):
        return None
    return DecodeGraphs(
        able, pool, attention, Recorder(pool.keys.device).capture, sizes_up_to(most_rows)
    )


def sizes_up_to(most_rows: int) -> tuple[int, ...]:
    """The sizes that steps of at most so many rows can need."""
    return SIZES[: bisect_left(SIZES, most_rows) + 1]


class Recorder:
    """Captures on one stream of its own, as CUDA asks, into memory that all graphs share: they run one at a time.

    Only this thread's calls are watched meanwhile, so that another engine of the process may go on.
    """

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)
        self._memory = torch.cuda.graph_pool_handle()

    def capture(self, step: Callable[[], None]) -> Callable[[], None]:
        """Record what a step launches; the result launches it again.

        Whatever fails, the thread launches where it did before: torch leaves it on the capture's stream if the end of a
        capture fails, too.
        """
        outside = torch.cuda.current_stream()
        self._stream.wait_stream(outside)
        with torch.cuda.stream(outside):
            with torch.cuda.stream(self._stream):
                for _ in range(WARM_UPS):
                    step()
            outside.wait_stream(self._stream)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(
                graph, pool=self._memory, stream=self._stream, capture_error_mode="thread_local"
            ):
                step()
        return graph.replay
