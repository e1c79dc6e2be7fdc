"""The kernels and decode graphs on a CUDA device, against the torch backend on the CPU. `pytest -m gpu`.

In this order: what is served most comes first, and float32, which is served least, last.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from sglc.ir.sampling import Constraint
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.attention.base import Attention, LayerOptions
from sglc.runtime.engine.attention.flashinfer_backend import FlashInferAttention
from sglc.runtime.engine.attention.torch_backend import TorchAttention
from sglc.runtime.engine.attention.triton_backend import TritonAttention
from sglc.runtime.engine.batch import Batch
from sglc.runtime.engine.cuda_graphs import decode_graphs, sizes_up_to
from sglc.runtime.engine.pool import Pool

from .asking import ask, gen, ids_of, prompt
from .attention.batches import CAPACITY, Case, case
from .interpreted_graphs import HEADS, SIZE, Embedding, decode, expected

pytestmark = pytest.mark.gpu

LAYERS = [LayerOptions(0.125), LayerOptions(0.125, window=20), LayerOptions(0.125, softcap=3.0)]


def on_device(made: Case) -> Pool:
    """The same contents in the device's memory."""
    pool = Pool(made.pool.shape, CAPACITY, made.pool.keys.dtype, torch.device("cuda"))
    pool.keys.copy_(made.pool.keys)
    pool.values.copy_(made.pool.values)
    return pool


def agree(made: Case, attention: Attention, options: LayerOptions) -> None:
    attention.plan(made.batch)
    actual = attention.run(0, made.q.cuda(), made.k.cuda(), made.v.cuda(), options).cpu().float()
    reference = TorchAttention(made.pool)
    reference.plan(made.batch)
    wanted = reference.run(0, made.q, made.k, made.v, options).float()
    torch.testing.assert_close(actual, wanted, atol=0.03, rtol=0.03)


@pytest.mark.parametrize("options", LAYERS)
@pytest.mark.parametrize("least_saved", [1, 10**9])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_triton(dtype: torch.dtype, least_saved: int, options: LayerOptions) -> None:
    made = case(3, 9, 3, 64, dtype)
    agree(made, TritonAttention(on_device(made), least_saved), options)


class OnDevice(Embedding):
    """The same numbers, with every constant on the device."""

    def compute(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        slots: torch.Tensor,
        pool: Pool,
        attention: Attention,
    ) -> None:
        with torch.device("cuda"):
            super().compute(ids, positions, slots, pool, attention)


@pytest.mark.parametrize("least_saved", [1, 10**9])
def test_graphs_are_replayed_with_what_they_are_given(least_saved: int) -> None:
    made = case(6, HEADS, 2, SIZE)
    pool = on_device(made)
    graphs = decode_graphs(OnDevice(), pool, TritonAttention(pool, least_saved))  # type: ignore[arg-type]
    assert graphs is not None
    for most in (4, 3, 1, 4):
        batch: Batch = decode(made, most)
        assert graphs.run(batch)
        at = torch.from_numpy(batch.slots).long()
        torch.testing.assert_close(
            pool.hidden[at.cuda()].cpu(), expected(made, batch), atol=2e-4, rtol=1e-3
        )
    assert graphs.captured == [1, 4]


def test_overlapped_steps_give_the_same_replies(make_backend: Callable[..., EngineBackend]) -> None:
    """Rows without a wish, with penalties, with a grammar, with a least length; prompts of many lengths."""
    wishes: list[dict[str, Any]] = [
        {},
        {"frequency_penalty": 0.5, "repetition_penalty": 1.2},
        {"constraint": Constraint("regex", "[a-z ]{25}"), "ignore_eos": False},
        {"min_tokens": 5, "ignore_eos": False},
    ]
    requests = [
        gen(prompt(i, 20 + 60 * i), 30, seeds=(i, 9), temperature=0.9 * (i % 2), **wishes[i % 4])
        for i in range(8)
    ]
    plain = make_backend(device="cuda", disable_overlap_schedule=True)
    overlapping = make_backend(device="cuda")
    assert ids_of(ask(overlapping, *requests)) == ids_of(ask(plain, *requests))
    assert plain.metrics().overlapped == 0 < overlapping.metrics().overlapped


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_masks(dtype: torch.dtype) -> None:
    from sglc.runtime.engine.grammar.mask_kernel import launch

    bits = np.random.default_rng(1).integers(-(1 << 31), 1 << 31, (2, 4008), dtype=np.int32)
    logits = torch.randn(3, 128_256, dtype=dtype, device="cuda")
    allowed = np.unpackbits(bits.view(np.uint8), axis=1, bitorder="little")[:, :128_256]
    wanted = logits.cpu()
    wanted[[0, 2]] = wanted[[0, 2]].masked_fill(torch.from_numpy(allowed) == 0, float("-inf"))
    launch(logits, bits, [0, 2])
    assert torch.equal(logits.cpu(), wanted)


@pytest.mark.parametrize("options", LAYERS)
@pytest.mark.parametrize("least_saved", [1, 10**9])
def test_flashinfer(least_saved: int, options: LayerOptions) -> None:
    pytest.importorskip("flashinfer")
    made = case(3, 8, 2, 64, torch.bfloat16)
    agree(made, FlashInferAttention(on_device(made), least_saved), options)


def test_a_start_captures_every_size_and_nothing_is_compiled_after_it(
    make_backend: Callable[..., EngineBackend],
) -> None:
    from triton import knobs

    backend = make_backend(device="cuda", dtype="bfloat16")
    graphs = backend.engine.parts.graphs
    assert graphs is not None
    assert len(graphs.captured) == len(sizes_up_to(256))
    compiled: list[str] = []
    knobs.runtime.jit_cache_hook = lambda **told: compiled.append(told["fn"].name)
    try:
        requests = [gen(prompt(i, 20 + 40 * i), 12, seeds=(i, 1)) for i in range(8)]
        ask(backend, *requests)
    finally:
        knobs.runtime.jit_cache_hook = None
    assert compiled == []


@pytest.mark.parametrize("options", LAYERS)
@pytest.mark.parametrize("least_saved", [1, 10**9])
@pytest.mark.parametrize("size", [64, 256])
def test_triton_in_float32(size: int, least_saved: int, options: LayerOptions) -> None:
    made = case(3, 9, 3, size)
    agree(made, TritonAttention(on_device(made), least_saved), options)
