"""Models: the fast path, transformers and the eager model of transformers must agree, however a batch is cut."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_models import save_tiny
from torch import Tensor

from sglc.runtime.engine.attention.torch_backend import TorchAttention
from sglc.runtime.engine.batch import Batch, Segment
from sglc.runtime.engine.loading import load_model
from sglc.runtime.engine.model import Model, ModelUnsupported
from sglc.runtime.engine.pool import Pool
from sglc.runtime.models.error import ModelError

CPU = torch.device("cpu")
EMPTY = np.zeros(0, dtype=np.int32)
IDS = np.random.default_rng(3).integers(3, 300, 150).astype(np.int32)


def expected_logits(folder: Path) -> Tensor:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    with torch.inference_mode():
        return model(input_ids=torch.from_numpy(IDS).long()[None]).logits[0]


def compute(model: Model, cuts: list[int], at_once: bool) -> Tensor:
    """The logits of IDS, computed in pieces: one forward each, or all in one."""
    pool = Pool(model.shape, 200, model.dtype, CPU)
    slots = np.random.default_rng(5).permutation(np.arange(1, 201, dtype=np.int32))[: len(IDS)]
    attention = TorchAttention(pool)
    edges = [0, *cuts, len(IDS)]
    pieces = [Segment(IDS[a:b], slots[a:b], None, slots[:a]) for a, b in pairwise(edges)]
    with torch.inference_mode():
        for batch in [Batch(pieces)] if at_once else [Batch([p]) for p in pieces]:
            attention.plan(batch)
            model.forward(batch, pool, attention)
        return model.logits(pool.hidden[torch.from_numpy(slots).long()])


FAMILIES = {
    "llama": {},
    "qwen2": {"use_sliding_window": False},
    "qwen3": {},
    "mistral": {"sliding_window": None},
    "gemma2": {"sliding_window": 20, "query_pre_attn_scalar": 8},
    "phi3": {"pad_token_id": 0, "head_dim": 8},
}


@pytest.fixture(scope="module", params=FAMILIES)
def family(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, torch.Tensor]:
    """A model of a family, and its logits."""
    folder = save_tiny(
        tmp_path_factory.mktemp(request.param), request.param, **FAMILIES[request.param]
    )
    return load_model(folder, torch.float32, CPU), expected_logits(folder)


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("cuts", [[], [70], [1, 2, 3, 80, 81], list(range(1, 150, 7))])
def test_logits_do_not_depend_on_the_cut(
    family: tuple[Any, torch.Tensor], cuts: list[int], at_once: bool
) -> None:
    model, expected = family
    torch.testing.assert_close(compute(model, cuts, at_once), expected, atol=2e-3, rtol=1e-3)


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3", "mistral"])
def test_the_fast_path_is_taken_and_agrees_with_transformers(kind: str, tmp_path: Path) -> None:
    folder = save_tiny(tmp_path, kind, **FAMILIES[kind])
    fast, slow = (load_model(folder, torch.float32, CPU, path) for path in ("fast", "transformers"))
    torch.testing.assert_close(
        compute(fast, [60], True), compute(slow, [60], True), atol=2e-3, rtol=1e-3
    )


@pytest.mark.parametrize("rope", [
    {"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0},
    {
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64, "rope_theta": 10000.0,
    },
])  # fmt: skip
def test_stretched_rotations(rope: dict[str, object], tmp_path: Path) -> None:
    folder = save_tiny(tmp_path, rope_parameters=rope)
    model = load_model(folder, torch.float32, CPU, "fast")
    torch.testing.assert_close(
        compute(model, [], True), expected_logits(folder), atol=2e-3, rtol=1e-3
    )


def test_packed_and_plain_weights_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = save_tiny(tmp_path)
    packed = load_model(folder, torch.bfloat16, CPU)
    monkeypatch.setattr("sglc.runtime.engine.linear.pack", lambda weight: None)
    plain = load_model(folder, torch.bfloat16, CPU)
    a, b = (compute(m, [], True) for m in (packed, plain))
    assert (a - b).abs().max() / b.abs().max() < 0.05


@pytest.mark.parametrize("kind", ["recurrent_gemma"])
def test_a_model_that_can_not_be_continued_is_refused_by_name(kind: str, tmp_path: Path) -> None:
    from transformers import CONFIG_MAPPING, AutoModelForCausalLM

    sizes: dict[str, Any] = {
        "vocab_size": 64,
        "hidden_size": 32,
        "num_hidden_layers": 3,
        "num_attention_heads": 2,
    }
    config = CONFIG_MAPPING[kind](**sizes)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)
    with pytest.raises(ModelUnsupported, match=kind):
        load_model(tmp_path, torch.float32, CPU)


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json"):
        load_model(tmp_path, torch.float32, CPU)
