"""Counts the variants of each kernel that the start and mixed steps ask a compiler for, as a program of its own.

None of these steps may wait for the device, either.

A device that is not there stands in for one: Triton looks at every argument as it would, and compiles nothing.
"""

import json
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from triton import knobs
from triton.backends.compiler import GPUTarget
from triton.runtime import driver

from sglc.ir.sampling import Sampling
from sglc.runtime.engine import llama
from sglc.runtime.engine.attention.triton_backend import TritonAttention
from sglc.runtime.engine.attention.triton_static import StaticArrays
from sglc.runtime.engine.batch import Batch
from sglc.runtime.engine.cuda_graphs import SIZES
from sglc.runtime.engine.fused import FusedGated
from sglc.runtime.engine.grammar import mask_kernel
from sglc.runtime.engine.pool import Pool, Shape
from sglc.runtime.engine.sampler import Row, Sampler
from sglc.runtime.engine.warm_up import rehearsals, rehearse_draws

from .batches import segments

STEPS = 300
HEADS, KV_HEADS, SIZE, HIDDEN, WIDE, VOCAB = 8, 2, 64, 128, 160, 1003
CAPACITY, LITTLE = 2000, 60
CPU = torch.device("cpu")
SAMPLINGS = (
    Sampling(),
    Sampling(temperature=0.7, top_p=0.8),
    Sampling(temperature=1.3, top_k=40),
    Sampling(temperature=1.0, presence_penalty=0.5),
    Sampling(repetition_penalty=1.2),
)


class Absent:
    """A Hopper that launches nothing."""

    def get_current_target(self) -> GPUTarget:
        return GPUTarget("cuda", 90, 32)

    def get_current_device(self) -> int:
        return 0

    def get_current_stream(self, device: int) -> int:
        return 0


def note(seen: dict[str, set[str]]) -> Any:
    def hook(**told: Any) -> bool:
        seen.setdefault(told["fn"].name, set()).add(told["key"])
        return True  # as if it had been compiled

    return hook


def model() -> llama.Llama:
    """As it is on a card: what stands between its products are our kernels."""
    shape = Shape(2, HEADS, KV_HEADS, SIZE, hidden=HIDDEN, vocab=VOCAB, max_context=1000)
    sizes = {"model.embed_tokens": (VOCAB, HIDDEN), "model.norm": (HIDDEN,)}
    for i in range(shape.layers):
        queries, keys = HEADS * SIZE, KV_HEADS * SIZE
        inside = {"self_attn.q_proj": (queries, HIDDEN), "self_attn.o_proj": (HIDDEN, queries)}
        inside |= {f"self_attn.{x}_proj": (keys, HIDDEN) for x in "kv"}
        inside |= {f"mlp.{x}_proj": (WIDE, HIDDEN) for x in ("gate", "up")}
        inside |= {"mlp.down_proj": (HIDDEN, WIDE)}
        inside |= {f"{x}_layernorm": (HIDDEN,) for x in ("input", "post_attention")}
        sizes |= {f"model.layers.{i}.{name}": size for name, size in inside.items()}
    weights = {f"{name}.weight": torch.zeros(*s, dtype=torch.bfloat16) for name, s in sizes.items()}
    llama.make_gated = lambda gate, up: FusedGated(gate, up)  # type: ignore[assignment]
    made = llama.Llama(shape, {"rms_norm_eps": 1e-5}, weights)
    made.fuses = True
    return made


class Stepping:
    """A model and what runs it, from one step to the next."""

    def __init__(self) -> None:
        self.model = model()
        self.pool = Pool(self.model.shape, CAPACITY, torch.bfloat16, CPU)
        knobs.runtime.interpret = True  # a CPU is taken for that alone; no kernel is decorated now
        self.attention = TritonAttention(self.pool, least_saved=30)
        knobs.runtime.interpret = False
        self.sampler = Sampler(VOCAB, in_one_kernel=True)
        self.rng = np.random.default_rng(0)

    def start(self, room: int) -> None:
        """What a start rehearses, where a pool or a context has so much room."""
        for batch in rehearsals(room):
            self.plainly(batch)
            rehearse_draws(self.logits(5), on_card=True)

    def mixed(self) -> None:
        """Steps of every kind, each followed by draws of every kind."""
        for number in range(STEPS):
            found = segments(self.rng)
            if number % 3 == 2:
                self.by_graph(int(self.rng.integers(1, 60)))
            else:
                self.plainly(Batch(found))
            self.draw(int(self.rng.integers(1, 40)))

    def plainly(self, batch: Batch) -> None:
        """A forward by a plan of its own."""
        self.attention.plan(batch)
        self.model.forward(batch, self.pool, self.attention)

    def by_graph(self, rows: int) -> None:
        """What is captured for a decode step."""
        size = next(size for size in SIZES if size >= rows)
        arrays = StaticArrays(self.attention.layout(size), CPU)
        self.attention.use(arrays)
        views = arrays.views
        inputs = (views["ids"], views["positions"], views["slots"])
        self.model.compute(*inputs, self.pool, self.attention)

    def draw(self, count: int) -> None:
        """Tokens for some rows, of which some have penalties and some are masked."""
        chosen = self.rng.integers(0, len(SAMPLINGS), count)
        rows = [Row(SAMPLINGS[i], seed=n) for n, i in enumerate(chosen)]
        for row in rows:
            row.start_counting(np.array([5], np.int32), np.array([7], np.int32), VOCAB, CPU)
        masked = self.rng.permutation(count)[: int(self.rng.integers(1, count + 1))].tolist()
        bits = np.zeros((len(masked), (VOCAB + 31) // 32), np.int32)
        tokens = self.sampler.choose_unread(
            self.logits(count), rows, lambda logits: mask_kernel.launch(logits, bits, masked)
        )
        self.sampler.note(rows, tokens)

    def logits(self, count: int) -> torch.Tensor:
        """As a model makes them: of the last hidden states of some rows."""
        hidden = self.pool.hidden.index_select(0, torch.arange(count))
        return self.model.logits(hidden)


class Waiting(TorchDispatchMode):
    """Refuses what the host can't do to a device's tensor without waiting for the device."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        name = func.__name__.split(".")[0]
        assert name not in ("_local_scalar_dense", "nonzero", "masked_select", "equal"), name
        masks = [x for x in args[1] if x is not None] if name in ("index", "index_put_") else []
        assert all(x.dtype != torch.bool for x in masks), "an index that is a mask"
        return func(*args, **(kwargs or {}))


def refuse(name: str) -> Any:
    def refused(*_: Any, **__: Any) -> Any:
        raise AssertionError(f"`Tensor.{name}` waits for the device")

    return refused


@torch.inference_mode()
def count() -> list[dict[str, int]]:
    """Of a start with little room, of one with much, and of that one and the steps after it together.

    None of the steps may wait for the device.
    """
    seen: dict[str, set[str]] = {}
    driver.set_active(Absent())  # type: ignore[arg-type]
    knobs.runtime.jit_cache_hook = note(seen)
    stepping, counts = Stepping(), []
    for room in (LITTLE, CAPACITY):
        seen.clear()
        stepping.start(room)
        counts.append({name: len(keys) for name, keys in seen.items()})
    for name in ("tolist", "item", "numpy", "cpu", "__bool__", "__int__", "__float__", "__array__"):
        setattr(torch.Tensor, name, refuse(name))
    with Waiting():
        stepping.mixed()
    return [*counts, {name: len(keys) for name, keys in seen.items()}]


if __name__ == "__main__":
    print(json.dumps(count()))
