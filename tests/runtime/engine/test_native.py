"""The C kernels: what torch computes in float32, rounded once; and life goes on without them."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sglc.runtime.engine.attention.base import Attention, LayerOptions
from sglc.runtime.engine.attention.native_backend import NativeAttention
from sglc.runtime.engine.batch import Batch
from sglc.runtime.engine.linear import TorchLinear, make_linear
from sglc.runtime.engine.llama import Llama, load, read_shape
from sglc.runtime.engine.native import build, kept
from sglc.runtime.engine.native.kernels import Kernels, load_kernels
from sglc.runtime.engine.native.products import NativeGated, NativeLinear, can_pack
from sglc.runtime.engine.options import EngineOptions, build_engine, make_attention
from sglc.runtime.engine.pool import Pool, Shape
from sglc.runtime.models.config import read_config
from sglc.runtime.models.folders import resolve_model

from . import test_attention as cuts

CPU = torch.device("cpu")
SHAPES = [(6, 2, 64), (4, 4, 64), (8, 2, 128), (9, 3, 64), (71, 1, 64)]  # heads, kv_heads, head_dim


@pytest.fixture(scope="module")
def kernels() -> Kernels:
    found = load_kernels()
    if found is None:
        flags = Path("/proc/cpuinfo").read_text().split()
        assert not (shutil.which("cc") and "avx512_bf16" in flags), (
            "they could be built, and were not"
        )
        pytest.skip("no C compiler, or a processor without bfloat16 dot products")
    found.use_threads(2)
    return found


def random(*shape: int) -> torch.Tensor:
    return torch.randn(shape).bfloat16()


@pytest.mark.parametrize("rows", [1, 7, 300])
def test_rms_norm(kernels: Kernels, rows: int) -> None:
    x, weight = random(rows, 576), random(576)
    expected = torch.nn.functional.rms_norm(x.float(), (576,), weight.float(), 1e-5)
    assert (
        torch.equal(kernels.rms_norm(x, weight, 1e-5), expected.bfloat16())
        or (
            (kernels.rms_norm(x, weight, 1e-5).float() - expected).abs() <= 2**-8 * expected.abs()
        ).all()
    )


@pytest.mark.parametrize("rows", [1, 200])
@pytest.mark.parametrize("dim", [32, 64, 128])
def test_rotation(kernels: Kernels, rows: int, dim: int) -> None:
    """Rows may be part of wider ones: what stands behind the heads is left alone."""
    wide = random(rows, 8, dim)
    before, heads = wide.clone(), wide[:, :5]
    angles = torch.outer(torch.arange(500).float(), torch.rand(dim // 2))
    cos, sin = angles.cos().repeat(1, 2).bfloat16(), angles.sin()
    sin = torch.cat([-sin, sin], -1).bfloat16()
    positions = torch.randint(500, (rows,))
    kernels.rotate(heads, cos, sin, positions)
    x = before[:, :5].float()
    turned = x.roll(dim // 2, -1) * sin[positions][:, None].float()
    expected = x * cos[positions][:, None].float() + turned
    torch.testing.assert_close(heads.float(), expected, atol=0.02, rtol=2**-8)
    assert torch.equal(wide[:, 5:], before[:, 5:])


def assert_rounded(found: torch.Tensor, exact: torch.Tensor) -> None:
    torch.testing.assert_close(found.double(), exact, atol=0.02, rtol=2**-8)


@pytest.mark.parametrize("rows", [1, 3, 4, 13, 40, 250])
@pytest.mark.parametrize("shape", [(64, 96), (960, 576), (32, 1536)])
def test_products(kernels: Kernels, rows: int, shape: tuple[int, int]) -> None:
    outputs, inputs = shape
    weight, bias, x, other = (
        random(outputs, inputs),
        random(outputs),
        random(rows, inputs),
        random(rows, outputs),
    )
    exact = x.double() @ weight.double().T
    assert_rounded(NativeLinear(kernels, weight)(x), exact)
    biased = NativeLinear(kernels, weight, bias)
    assert_rounded(biased(x), exact + bias.double())
    assert_rounded(biased.plus(x, other), exact + bias.double() + other.double())


@pytest.mark.parametrize("rows", [1, 5, 130])
def test_gated_products(kernels: Kernels, rows: int) -> None:
    gate, up, x = random(160, 96), random(160, 96), random(rows, 96) / 4
    exact = torch.nn.functional.silu(x.double() @ gate.double().T) * (x.double() @ up.double().T)
    found = NativeGated(kernels, gate, up)(x)
    torch.testing.assert_close(found.double(), exact, atol=0.02, rtol=2**-7)
    extreme = NativeGated(kernels, gate * 1000, up)(x)
    assert extreme.isfinite().all()


def test_weights_of_odd_sizes_keep_torchs_product(kernels: Kernels) -> None:
    assert can_pack(random(64, 96))
    assert not can_pack(random(63, 96))
    assert isinstance(make_linear(random(64, 40), None, kernels), TorchLinear)


@pytest.fixture(params=SHAPES, ids=str)
def setup(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> cuts.Setup:
    heads, kv_heads, dim = request.param
    shape = Shape(1, heads, kv_heads, dim, hidden=8, vocab=10, max_context=9999)
    monkeypatch.setattr(cuts, "SHAPE", shape)
    return cuts.Setup(torch.bfloat16)


@pytest.mark.parametrize("least_saved", [1, 128, 1 << 60])
@pytest.mark.parametrize("name", cuts.NAMES)
def test_attention_is_the_definition(
    kernels: Kernels, setup: cuts.Setup, name: str, least_saved: int
) -> None:
    batch = Batch(cuts.batches(setup)[name])
    shape = setup.pool.shape
    q, k, v = (random(batch.tokens, n, shape.head_dim) for n in _heads(shape))
    attention = NativeAttention(setup.pool, kernels, least_saved)
    attention.plan(batch)
    options = LayerOptions(scale=shape.head_dim**-0.5)
    out = attention.run(0, q, k, v, options)
    expected = cuts.by_definition(setup, batch, q, options)
    torch.testing.assert_close(out.float(), expected, atol=0.01, rtol=0.01)


@pytest.mark.parametrize("factor", [30.0, -30.0])
def test_large_scores_neither_overflow_nor_vanish(
    kernels: Kernels, setup: cuts.Setup, factor: float
) -> None:
    batch = Batch(cuts.batches(setup)["everything"])
    shape = setup.pool.shape
    setup.pool.keys.normal_(mean=factor, std=0.1)
    q, k, v = (random(batch.tokens, n, shape.head_dim) for n in _heads(shape))
    attention = NativeAttention(setup.pool, kernels)
    attention.plan(batch)
    options = LayerOptions(scale=1.0)
    out = attention.run(0, q.abs(), k + factor, v, options)
    expected = cuts.by_definition(setup, batch, q.abs(), options)
    torch.testing.assert_close(out.float(), expected, atol=0.05, rtol=0.05)


def test_what_is_no_number_is_not_hidden(kernels: Kernels, setup: cuts.Setup) -> None:
    segments = [setup.segment(None, 70, 1), setup.segment(None, 70, 1)]
    batch, shape = Batch(segments), setup.pool.shape
    q, k, v = (random(batch.tokens, n, shape.head_dim) for n in _heads(shape))
    k[0] = float("nan")
    attention = NativeAttention(setup.pool, kernels)
    attention.plan(batch)
    out = attention.run(0, q, k, v, LayerOptions(scale=0.125))
    assert out[0].isnan().all()
    assert out[1].isfinite().all()


def test_rows_of_a_projection_are_read_where_they_lie(kernels: Kernels, setup: cuts.Setup) -> None:
    batch = Batch(cuts.batches(setup)["everything"])
    shape = setup.pool.shape
    both = random(batch.tokens, shape.heads + 2 * shape.kv_heads, shape.head_dim)
    q, k, v = both.split(_heads(shape), dim=1)
    attention = NativeAttention(setup.pool, kernels)
    attention.plan(batch)
    options = LayerOptions(scale=0.125)
    apart = attention.run(0, q.contiguous(), k.contiguous(), v.contiguous(), options)
    assert torch.equal(attention.run(0, q, k, v, options), apart)


def test_what_the_kernels_leave_out_goes_to_torch(kernels: Kernels, setup: cuts.Setup) -> None:
    batch = Batch(cuts.batches(setup)["everything"])
    shape = setup.pool.shape
    q, k, v = (random(batch.tokens, n, shape.head_dim) for n in _heads(shape))
    attention = NativeAttention(setup.pool, kernels)
    attention.plan(batch)
    options = LayerOptions(scale=0.125, window=40)
    out = attention.run(0, q, k, v, options)
    expected = cuts.by_definition(setup, batch, q, options)
    torch.testing.assert_close(out.float(), expected, atol=0.02, rtol=0.02)


def _heads(shape: Shape) -> list[int]:
    return [shape.heads, shape.kv_heads, shape.kv_heads]


# ---- with a model

# hidden, between, heads, kv_heads, head_dim, vocab: what the kernels take, and what they leave to torch
MODELS = {
    "all": (64, 96, 4, 2, 64, 96),
    "no norms and products": (40, 56, 2, 1, 64, 90),
    "no rotation": (64, 96, 3, 1, 80, 90),
    "no attention": (96, 64, 2, 2, 96, 64),
    "tiny heads": (48, 64, 6, 2, 8, 101),
    "wide heads": (64, 32, 2, 1, 256, 64),
}


def random_model(
    sizes: tuple[int, ...], has_bias: bool, has_norms: bool
) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """Two layers: Llama's, with Qwen2's biases or Qwen3's norms of heads; the head is tied without either."""
    hidden, between, heads, kv_heads, dim, vocab = sizes
    config = {
        "hidden_size": hidden, "num_hidden_layers": 2, "vocab_size": vocab, "head_dim": dim,
        "num_attention_heads": heads, "num_key_value_heads": kv_heads,
        "max_position_embeddings": 400, "rms_norm_eps": 1e-5,
    }  # fmt: skip
    weights = {
        "model.embed_tokens.weight": random(vocab, hidden),
        "model.norm.weight": random(hidden),
    }
    if has_bias or has_norms:
        weights["lm_head.weight"] = random(vocab, hidden) / hidden**0.5
    outputs = {"q": heads * dim, "k": kv_heads * dim, "v": kv_heads * dim}
    for at in ("model.layers.0.", "model.layers.1."):
        for name, size in outputs.items():
            weights[f"{at}self_attn.{name}_proj.weight"] = random(size, hidden) / hidden**0.5
            if has_bias:
                weights[f"{at}self_attn.{name}_proj.bias"] = random(size)
        if has_norms:
            weights |= {f"{at}self_attn.{x}_norm.weight": random(dim) for x in "qk"}
        weights[f"{at}self_attn.o_proj.weight"] = random(hidden, heads * dim) / (heads * dim) ** 0.5
        for name in ("input", "post_attention"):
            weights[f"{at}{name}_layernorm.weight"] = random(hidden)
        for name in ("gate", "up"):
            weights[f"{at}mlp.{name}_proj.weight"] = random(between, hidden) / hidden**0.5
        weights[f"{at}mlp.down_proj.weight"] = random(hidden, between) / between**0.5
    return config, weights


def run_model(
    model: Llama, dtype: torch.dtype, make: Callable[[Pool], Attention], before: int = 300
) -> torch.Tensor:
    """Logits of two prompts, 37 and 5 tokens long; the second follows `before` more, all alike."""
    pool = Pool(model.shape, 900, dtype, CPU)
    for tensor in (pool.keys, pool.values):
        tensor.fill_(0.5)
    ids, slots = np.arange(42, dtype=np.int32), np.arange(1, 43, dtype=np.int32)[::-1].copy()
    context = np.arange(50, 50 + before, dtype=np.int32)
    batch = Batch(
        [
            cuts.Segment(ids[:37], slots[:37], None, cuts.EMPTY),
            cuts.Segment(ids[37:], slots[37:], None, context),
        ]
    )
    attention = make(pool)
    with torch.inference_mode():
        attention.plan(batch)
        model.forward(batch, pool, attention)
        return model.logits(pool.hidden.index_select(0, torch.from_numpy(slots).long())).float()


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3"])
@pytest.mark.parametrize("name", MODELS)
def test_sizes_that_the_kernels_leave_out(kernels: Kernels, name: str, kind: str) -> None:
    """Against float32, beside which bfloat16 alone is a few percent off."""
    torch.manual_seed(0)
    config, weights = random_model(MODELS[name], kind == "qwen2", kind == "qwen3")
    exact = {key: weight.float() for key, weight in weights.items()}
    shape = read_shape(config)
    expected = run_model(Llama(shape, config, exact), torch.float32, cuts.TorchAttention)
    native = Llama(shape, config, weights, kernels)
    make = partial(make_attention, EngineOptions(), kernels=kernels)
    found = run_model(native, torch.bfloat16, make)
    assert (found - expected).norm() < 0.05 * expected.norm()


def test_positions_past_the_context_are_refused(kernels: Kernels) -> None:
    config, weights = random_model(MODELS["all"], False, False)
    model = Llama(read_shape(config), config, weights, kernels)
    with pytest.raises(IndexError, match="400 tokens"):
        run_model(model, torch.bfloat16, cuts.TorchAttention, 396)


@pytest.mark.model
def test_a_model_is_at_least_as_precise_with_them(kernels: Kernels) -> None:
    """Logits of 6 x 300 tokens against float32: rounding once is no worse than rounding after every operation."""
    folder = resolve_model()
    config = read_config(folder)

    def states(dtype: torch.dtype, with_kernels: bool) -> torch.Tensor:
        model = load(folder, config, dtype, CPU, kernels if with_kernels else None)
        pool = Pool(model.shape, 2000, dtype, CPU)
        attention = NativeAttention(pool, kernels) if with_kernels else cuts.TorchAttention(pool)
        ids = np.random.default_rng(0).integers(0, 9000, (6, 300)).astype(np.int32)
        slots = np.arange(1, 1801, dtype=np.int32).reshape(6, 300)
        batch = Batch([cuts.Segment(*x, None, cuts.EMPTY) for x in zip(ids, slots, strict=True)])
        with torch.inference_mode():
            attention.plan(batch)
            model.forward(batch, pool, attention)
            return model.logits(pool.hidden[1:1801]).float()

    exact = states(torch.float32, False)
    plain, native = ((states(torch.bfloat16, x) - exact).abs().mean() for x in (False, True))
    assert native <= 1.1 * plain


# ---- without them


def test_no_compiler_no_kernels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert build.library.__wrapped__() is None


def test_no_home_no_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(build, "cache_folder", homeless)
    assert build.library.__wrapped__() is None


def test_another_processor_builds_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(build, "_processor", list)
    assert build.library.__wrapped__() is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o777, 0o770])
def test_a_library_that_others_may_have_written_is_not_loaded(
    kernels: Kernels, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert build.library.__wrapped__() is not None
    folder = tmp_path / "sglc" / "kernels"
    assert folder.stat().st_mode & 0o777 == 0o700
    (library,) = folder.iterdir()
    for path in (folder, library):
        path.chmod(mode)
        assert build.library.__wrapped__() is None
        path.chmod(0o700)
    monkeypatch.setattr(kept.os, "geteuid", lambda: folder.stat().st_uid + 1)
    assert build.library.__wrapped__() is None


@pytest.mark.model
def test_they_can_be_turned_off() -> None:
    off = build_engine(EngineOptions(kv_cache_tokens=256, disable_native_kernels=True))
    assert off.parts.attention.name == "torch"
    with pytest.raises(ValueError, match="native"):
        build_engine(
            EngineOptions(
                kv_cache_tokens=256, disable_native_kernels=True, attention_backend="native"
            )
        )
