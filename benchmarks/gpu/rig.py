"""What the stages share: a model of random weights, a filled pool, attention, graphs, made-up steps and a clock."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch

from sglc.runtime.engine.attention.triton_backend import LEAST_SAVED, TritonAttention
from sglc.runtime.engine.batch import Batch, Segment
from sglc.runtime.engine.capacity import tokens_that_fit
from sglc.runtime.engine.cuda_graphs import SIZES, DecodeGraphs, Recorder
from sglc.runtime.engine.llama import Llama
from sglc.runtime.engine.pool import Pool
from sglc.runtime.engine.radix import Node, RadixCache

from .scale import Scale

NOTHING = np.zeros(0, dtype=np.int32)
UNCOUNTED = 2  # first runs, which compile and capture
UNSHARED = 1 << 60  # no stretch saves so much


class Rig:
    """A model, a pool and what runs them, on a card or a CPU."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.dtype = torch.bfloat16 if self.device.type == "cuda" else torch.float32
        torch.manual_seed(0)
        with torch.inference_mode():
            weights = _weights(scale, self.dtype, self.device)
            self.model = Llama(scale.shape, _config(scale), weights)
            self.model.fuses = True  # in a rehearsal, too
            self.pool = self._filled_pool()
        self.attention = TritonAttention(self.pool, LEAST_SAVED)
        self.unshared = TritonAttention(self.pool, UNSHARED)

    @property
    def weight_bytes(self) -> int:
        """What a step reads of the weights: all but the embedding's rows."""
        shape, wide = self.scale.shape, self.scale.intermediate
        attention = shape.hidden * shape.head_dim * (2 * shape.heads + 2 * shape.kv_heads)
        layer = attention + 3 * shape.hidden * wide
        return (shape.layers * layer + shape.hidden * shape.vocab) * self.dtype.itemsize

    @property
    def kv_bytes(self) -> int:
        """Keys and values of one token."""
        shape = self.scale.shape
        return 2 * shape.layers * shape.kv_heads * shape.head_dim * self.dtype.itemsize

    def graphs(self, attention: TritonAttention) -> DecodeGraphs:
        """Captured steps; on a CPU a capture is the step itself."""
        capture = Recorder(self.device).capture if self.device.type == "cuda" else _as_it_is
        return DecodeGraphs(
            self.model, self.pool, attention, capture, self.scale.graph_sizes or SIZES
        )

    def rows(self, contexts: list[int]) -> Batch | None:
        """A decode step over rows with contexts of their own; None where the pool has no room."""
        if sum(contexts) + len(contexts) > self.pool.capacity:
            return None
        slots = iter(_scattered(self.pool.capacity, sum(contexts) + len(contexts)))
        return Batch([_segment(1, None, _take(slots, n), _take(slots, 1)) for n in contexts])

    def arms(self, count: int, prefix: int, own: int) -> Batch:
        """A decode step over the arms of a fork: one prefix, and a little of their own."""
        slots = iter(_scattered(self.pool.capacity, prefix + count * (own + 1)))
        trunk = _node(_take(slots, prefix))
        return Batch([_segment(1, trunk, _take(slots, own), _take(slots, 1)) for _ in range(count)])

    def prompt(self, tokens: int) -> Batch:
        """A prompt's chunk, from its start."""
        slots = iter(_scattered(self.pool.capacity, tokens))
        return Batch([_segment(tokens, None, NOTHING, _take(slots, tokens))])

    def eager(self, attention: TritonAttention, batch: Batch) -> None:
        """A forward without a graph."""
        attention.plan(batch)
        self.model.forward(batch, self.pool, attention)

    def seconds(self, work: Callable[[], Any]) -> float:
        """The median time of some repetitions, each to its end on the device; what is compiled is not counted."""
        times: list[float] = []
        with torch.inference_mode():
            for n in range(self.scale.repeats + UNCOUNTED):
                self.wait()
                start = time.perf_counter()
                work()
                self.wait()
                if n >= UNCOUNTED:
                    times.append(time.perf_counter() - start)
        return median(times)

    def wait(self) -> None:
        """Until the device has done everything."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def _filled_pool(self) -> Pool:
        """Keys and values like a model's: zeros or leftovers would be computed faster, or as NaN."""
        shape, capacity = self.scale.shape, self.scale.capacity
        size = capacity or tokens_that_fit(shape, self.dtype, self.device, None)
        pool = Pool(shape, size, self.dtype, self.device)
        for part in (*pool.keys, *pool.values, pool.hidden):
            part.normal_()
        return pool


def _as_it_is(step: Callable[[], None]) -> Callable[[], None]:
    return step


def _weights(scale: Scale, dtype: torch.dtype, device: torch.device) -> dict[str, torch.Tensor]:
    shape, wide = scale.shape, scale.intermediate
    queries, keys = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    sizes = {
        "model.embed_tokens": (shape.vocab, shape.hidden),
        "lm_head": (shape.vocab, shape.hidden),
    }
    for i in range(shape.layers):
        layer = f"model.layers.{i}"
        sizes |= {f"{layer}.self_attn.q_proj": (queries, shape.hidden)}
        sizes |= {f"{layer}.self_attn.{x}_proj": (keys, shape.hidden) for x in "kv"}
        sizes |= {f"{layer}.self_attn.o_proj": (shape.hidden, queries)}
        sizes |= {f"{layer}.mlp.{x}_proj": (wide, shape.hidden) for x in ("gate", "up")}
        sizes |= {f"{layer}.mlp.down_proj": (shape.hidden, wide)}
    made = {
        f"{name}.weight": torch.empty(size, dtype=dtype, device=device).normal_(std=0.02)
        for name, size in sizes.items()
    }
    ones = torch.ones(shape.hidden, dtype=dtype, device=device)
    norms = [
        f"model.layers.{i}.{n}_layernorm"
        for i in range(shape.layers)
        for n in ("input", "post_attention")
    ]
    return made | {f"{name}.weight": ones.clone() for name in (*norms, "model.norm")}


def _config(scale: Scale) -> dict[str, Any]:
    return {"rms_norm_eps": 1e-5, "rope_theta": 500_000.0}


def _scattered(capacity: int, count: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Slots in no order, as in a pool that has been in use; every call gives the same."""
    order = np.random.default_rng(0).permutation(np.arange(1, capacity + 1, dtype=np.int32))
    return order[:count]


def _take(slots: Any, count: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    return np.fromiter(slots, dtype=np.int32, count=count)


def _node(slots: np.ndarray[Any, np.dtype[np.int32]]) -> Node:
    ids = np.arange(len(slots), dtype=np.int32) % 250
    return RadixCache().insert(ids, slots).node


def _segment(tokens: int, node: Node | None, own: Any, slots: Any) -> Segment:
    return Segment(np.arange(1, tokens + 1, dtype=np.int32) % 250, slots, node, own)
