"""The kernels between products on the CPU, against torch. Run by `test_interpreted.py`."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_models import save_tiny
from torch.nn import functional

from sglc.runtime.engine.attention.torch_backend import TorchAttention
from sglc.runtime.engine.batch import Batch, Segment
from sglc.runtime.engine.fast_path import load
from sglc.runtime.engine.fused import FusedGated, add_norm, gate, rotate
from sglc.runtime.engine.linear import make_gated
from sglc.runtime.engine.llama import Llama
from sglc.runtime.engine.pool import Pool
from sglc.runtime.models.config import read_config

EMPTY = np.zeros(0, dtype=np.int32)
CPU = torch.device("cpu")


@pytest.mark.parametrize("size", [16, 48, 1000])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_add_and_norm(size: int, dtype: torch.dtype) -> None:
    x, residual = torch.randn(5, size).to(dtype), torch.randn(5, size).to(dtype)
    weight = torch.rand(size).to(dtype)
    total, out = add_norm(x, residual, weight, 1e-5)
    assert torch.equal(total, x + residual)
    wanted = functional.rms_norm((x + residual).float(), (size,), weight.float(), 1e-5)
    close = 1e-5 if dtype == torch.float32 else 2e-3
    torch.testing.assert_close(out.float(), wanted, atol=close, rtol=close)


@pytest.mark.parametrize("size", [8, 24, 64])
def test_rotation_in_rows_that_are_wider(size: int) -> None:
    rows = torch.randn(4, 7, size)
    before = rows.clone()
    tables = torch.randn(2, 50, size)
    cos, sin = tables[0], tables[1]
    positions = torch.tensor([0, 3, 49, 3])
    found = rotate(rows[:, :5], cos, sin, positions)
    x, half = before[:, :5], size // 2
    wanted = x * cos[positions][:, None] + x.roll(half, -1) * sin[positions][:, None]
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-5)
    assert torch.equal(rows[:, 5:], before[:, 5:]), "heads beside them are left alone"


@pytest.mark.parametrize("size", [3, 1024, 2000])
def test_gate(size: int) -> None:
    both = torch.randn(3, 2 * size)
    wanted = functional.silu(both[:, :size]) * both[:, size:]
    torch.testing.assert_close(gate(both), wanted, atol=1e-5, rtol=1e-5)
    up, down, x = torch.randn(size, 8), torch.randn(size, 8), torch.randn(2, 8)
    torch.testing.assert_close(
        FusedGated(up, down)(x), make_gated(up, down)(x), atol=1e-4, rtol=1e-4
    )


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3"])
def test_a_model_answers_the_same(tmp_path: Path, kind: str) -> None:
    folder = save_tiny(tmp_path, kind)
    model = load(folder, read_config(folder), torch.float32, CPU)
    assert isinstance(model, Llama)
    plain = hidden(model)
    model.fuses = True
    torch.testing.assert_close(hidden(model), plain, atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def hidden(model: Llama) -> torch.Tensor:
    """The last hidden states of two segments."""
    pool = Pool(model.shape, 20, torch.float32, CPU)
    ids = np.arange(1, 21, dtype=np.int32)
    batch = Batch(
        [Segment(ids[:12], ids[:12], None, EMPTY), Segment(ids[12:], ids[12:], None, ids[:12])]
    )
    attention = TorchAttention(pool)
    attention.plan(batch)
    model.forward(batch, pool, attention)
    return pool.hidden[1:].clone()
