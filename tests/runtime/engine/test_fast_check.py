"""The fast path is taken only where it reads a configuration as transformers does, and that is found out once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_models import save_tiny

from sglc.runtime.engine import fast_check, llama, rope
from sglc.runtime.engine.fast_check import reads_as_transformers
from sglc.runtime.engine.llama import Llama
from sglc.runtime.engine.loading import load_model
from sglc.runtime.engine.model import ModelUnsupported
from sglc.runtime.engine.native.kernels import load_kernels
from sglc.runtime.models.config import PLAIN_DECODERS, read_config

CPU = torch.device("cpu")
ROPES: list[dict[str, Any]] = [
    {},
    {"rope_type": "linear", "factor": 4.0, "rope_theta": 1e4},
    {
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64, "rope_theta": 5e5,
    },
]  # fmt: skip


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "sglc" / "checked"


def config_of(folder: Path, kind: str = "llama", **changes: Any) -> dict[str, Any]:
    return read_config(save_tiny(folder, kind, **changes))


@pytest.mark.parametrize("kind", PLAIN_DECODERS)
@pytest.mark.parametrize("rope", ROPES, ids=lambda rope: rope.get("rope_type", "plain"))
def test_both_read_it_alike(kind: str, rope: dict[str, Any], tmp_path: Path) -> None:
    changes = {"rope_parameters": rope} if rope else {}
    config = config_of(tmp_path, kind, **changes)
    config["sliding_window"] = None
    assert reads_as_transformers(config, torch.float32, None)


def test_the_kernels_are_tried_where_they_are_used(tmp_path: Path) -> None:
    kernels = load_kernels()
    if kernels is None:
        pytest.skip("no C compiler, or no bfloat16 dot products")
    config = config_of(tmp_path, hidden_size=256, head_dim=64, num_attention_heads=4)
    assert reads_as_transformers(config, torch.bfloat16, kernels)


@pytest.mark.parametrize("changes", [
    {"rope_parameters": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}},
    {"hidden_act": "gelu"},
    {"num_key_value_heads": 2, "use_sliding_window": True, "sliding_window": 4, "model_type": "mistral"},
])  # fmt: skip
def test_what_the_fast_path_leaves_out_would_be_noticed(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    assert not reads_as_transformers({**config_of(tmp_path), **changes}, torch.float32, None)


def test_the_other_path_is_taken_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = save_tiny(tmp_path)
    monkeypatch.setattr(rope, "KINDS", ("default",))
    monkeypatch.setattr(rope, "frequencies_of", lambda rope, size: torch.ones(size // 2))
    assert not isinstance(load_model(folder, torch.float32, CPU), Llama)
    with pytest.raises(ModelUnsupported, match="no fast path"):
        load_model(folder, torch.float32, CPU, "fast")


def test_it_is_tried_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of(tmp_path)
    assert reads_as_transformers(config, torch.float32, None)
    assert [file.read_text() for file in cache.iterdir()] == ["same"]
    monkeypatch.setattr(fast_check, "_same", None)  # would fail when it is called
    assert reads_as_transformers(config, torch.float32, None)
    with pytest.raises(TypeError):
        reads_as_transformers({**config, "rms_norm_eps": 0.5}, torch.float32, None)


def test_a_key_that_is_missing_is_left_to_transformers(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    assert llama.can_run(config)
    for name in ("rms_norm_eps", "hidden_act", "max_position_embeddings"):
        assert not llama.can_run({k: v for k, v in config.items() if k != name})
