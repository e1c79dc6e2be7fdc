"""In which way a family is run: whatever way it is, the engine answers as the family's own library does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import torch
from families import compare, generated, saved, small
from safetensors.torch import load_file, save_file
from tiny_models import save_tiny, save_tokenizer
from transformers import CONFIG_MAPPING, AutoModelForCausalLM, AutoModelForImageTextToText

from sglc.ir.sampling import Sampling
from sglc.runtime.backend import BackendError, GenRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.hf_model import adopt, load, ways_of
from sglc.runtime.engine.model import ModelUnsupported
from sglc.runtime.engine.rotations import settle
from sglc.runtime.engine.shrunken import shrunken, tiny_model
from sglc.runtime.models.error import ModelError
from sglc.runtime.models.kinds import why_not

CPU = torch.device("cpu")
OURS, OWN, STATES, BY_TOKEN = (
    "our attention",
    "its own attention",
    "from checkpoints of its state",
    "from checkpoints, token by token",
)
WAYS = {
    "qwen3": OURS,
    "gemma3_text": OURS,  # windows in some layers
    "gpt_oss": OURS,  # sinks
    "llama4_text": OWN,  # chunks
    "deepseek_v3": OWN,  # keys and values of two sizes
    "deepseek_v32": OWN,  # sparse
    "gemma4_text": OWN,  # heads of two sizes
    "bloom": OWN,  # biases by distance
    "gptj": OWN,
    "qwen3_next": STATES,
    "mamba2": STATES,
    "mamba": BY_TOKEN,
}
LONG = {
    "rope_type": "longrope",
    "short_factor": [1.0] * 4,
    "long_factor": [4.0] * 4,
    "rope_theta": 10000.0,
}


@pytest.mark.parametrize("kind", WAYS)
def test_a_family_is_run_in_the_fastest_way_that_is_right(kind: str) -> None:
    assert ways_of(CONFIG_MAPPING[kind](), None)[0] == WAYS[kind]


@pytest.mark.parametrize("kind", ["bloom", "llama4_text", "deepseek_v3", "qwen3_next", "mamba"])
def test_forks_and_what_they_share_answer_as_the_library_does(kind: str, tmp_path: Path) -> None:
    model = small(kind)
    assert compare(saved(model, tmp_path), model).how == "equal"


def test_a_decoder_that_does_not_look_at_positions_is_not_given_a_whole_batch() -> None:
    changes: dict[str, Any] = {"is_encoder_decoder": False, "is_decoder": True}
    config = CONFIG_MAPPING["bart"](**changes)
    assert ways_of(config, None) == (OWN,)


def test_a_model_that_answers_otherwise_is_refused_before_its_weights_are_read() -> None:
    with pytest.raises(
        ModelUnsupported, match=r"`bert` is not supported: .* otherwise than in transformers"
    ):
        ways_of(CONFIG_MAPPING["bert"](), None)


SEEING: dict[str, dict[str, Any]] = {
    "qwen2_5_vl": {
        "text_config": {
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 1e4,
                "mrope_section": [16, 24, 24],
            }
        }
    },
    "qwen3_5": {},
    "llava": {},
    "mistral3": {},
    "gemma4": {},
}


@pytest.mark.parametrize("kind", SEEING)
def test_a_model_that_sees_is_run_for_its_text(kind: str, tmp_path: Path) -> None:
    config = shrunken(CONFIG_MAPPING[kind](**SEEING[kind]))
    model = tiny_model(config, AutoModelForImageTextToText.from_config)
    assert compare(saved(model, tmp_path), model).how == "equal"


@pytest.mark.parametrize("kind", ["qwen3", "gemma2"])
def test_weights_that_no_file_has_are_not_made_up(kind: str, tmp_path: Path) -> None:
    folder = saved(small(kind), tmp_path)
    weights = load_file(folder / "model.safetensors")
    del weights["model.layers.1.mlp.down_proj.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(
        ModelError, match=r"`model\.layers\.1\.mlp\.down_proj\.weight` is not in its files"
    ):
        EngineBackend(model_path=folder, dtype="float32", device="cpu")


class TestLongRotations:
    """The factors of `longrope` don't depend on who else is in the batch."""

    @staticmethod
    def phi(folder: Path) -> Path:
        rope = {**LONG, "original_max_position_embeddings": 24}
        changes: dict[str, Any] = {
            "pad_token_id": 0,
            "max_position_embeddings": 96,
            "original_max_position_embeddings": 24,
        }
        return save_tokenizer(save_tiny(folder, "phi3", **changes, rope_parameters=rope))

    def test_short_texts_answer_as_alone_and_long_ones_are_refused(self, tmp_path: Path) -> None:
        folder = self.phi(tmp_path)
        backend = EngineBackend(model_path=folder, dtype="float32", kv_cache_tokens=300)
        try:
            assert backend.capabilities.max_context == 24
            text = tuple(range(5, 15))
            asked = GenRequest(text, Sampling(max_tokens=8, ignore_eos=True), (0,), None, "")
            (said,) = asyncio.run(backend.generate(asked)).completions
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
            assert said.ids == generated(model, text, 8)
            with pytest.raises(BackendError, match="24"):
                asyncio.run(
                    backend.generate(GenRequest(tuple(range(30)), Sampling(), (0,), None, ""))
                )
        finally:
            asyncio.run(backend.close())

    def test_who_asks_for_more_gets_the_long_factors_throughout(self, tmp_path: Path) -> None:
        model = load(self.phi(tmp_path), torch.float32, CPU, context=96)
        assert model.shape.max_context == 96
        again = AutoModelForCausalLM.from_pretrained(tmp_path, dtype=torch.float32).eval()
        assert settle(again, 96).settled_from == 24
        rotary = again.model.rotary_emb
        before = rotary.inv_freq.clone()
        rotary(torch.zeros(1, 1, 8), torch.tensor([[3]]))
        assert torch.equal(rotary.inv_freq, before)  # short or not
        assert torch.allclose(before * 4.0, 1.0 / 10000.0 ** (torch.arange(0, 8, 2) / 8))

    def test_more_than_there_is_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ModelUnsupported, match="context of 96 tokens"):
            load(self.phi(tmp_path), torch.float32, CPU, context=97)

    def test_a_mixed_batch_would_be_noticed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            self.phi(tmp_path), dtype=torch.float32, attn_implementation="eager"
        ).eval()
        from sglc.runtime.engine import hf_model
        from sglc.runtime.engine.rotations import Span

        monkeypatch.setattr(hf_model, "settle", lambda model, asked: Span(96))
        with pytest.raises(ModelUnsupported, match="our attention: it answers otherwise"):
            adopt(loaded, ways=(OURS,))


def test_dynamic_rotations_end_where_they_would_change(tmp_path: Path) -> None:
    rope = {
        "rope_type": "dynamic",
        "factor": 4.0,
        "rope_theta": 10000.0,
        "original_max_position_embeddings": 24,
    }
    folder = save_tiny(tmp_path, "llama", max_position_embeddings=24, rope_parameters=rope)
    assert load(folder, torch.float32, CPU).shape.max_context == 24


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"model_type": "t5", "is_encoder_decoder": True}, "encoder-decoder"),
        ({"model_type": "bert"}, "in both directions"),
        ({"model_type": "rwkv"}, "recurrent layers"),
        ({"model_type": "blt"}, "bytes"),
        ({"model_type": "gemma4_assistant"}, "drafter"),
        ({"model_type": "x_vl", "text_config": {"model_type": "xlnet"}}, "keys and values"),
    ],
)
def test_a_configuration_alone_says_why_not(config: dict[str, Any], says: str) -> None:
    assert says in (why_not(config) or "")


def test_a_decoder_of_an_encoder_family_may_be_run() -> None:
    assert why_not({"model_type": "bert", "is_decoder": True}) is None


def test_a_refusal_of_the_engine_says_what_to_do(tmp_path: Path) -> None:
    model = small("bert")
    with pytest.raises(ModelError, match="in both directions") as caught:
        EngineBackend(model_path=saved(model, tmp_path), dtype="float32")
    assert caught.value.code == "SGL3408"
    assert "--base-url" in caught.value.help
