"""GGUF files: written here from tiny models, read back as the same models; what can't be read is said by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import save_tiny, save_tokenizer
from tokenizers import Tokenizer

torch = pytest.importorskip("torch")
gguf = pytest.importorskip("gguf")

from sglc.runtime.models import gguf_conversion  # noqa: E402
from sglc.runtime.models.error import ModelError  # noqa: E402
from sglc.runtime.models.gguf_conversion import check, convert  # noqa: E402

ARCHITECTURES = {
    "llama": gguf.MODEL_ARCH.LLAMA,
    "qwen2": gguf.MODEL_ARCH.QWEN2,
    "qwen3": gguf.MODEL_ARCH.QWEN3,
}
KINDS = {name: gguf.GGMLQuantizationType[name] for name in ("F32", "Q8_0", "Q4_0")}
# How far weights may lie from those of the original: rounded to bfloat16, to 8 bits, to 4.
ROUNDING = {"F32": 0.005, "Q8_0": 0.02, "Q4_0": 0.15}
SIZES: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_attention_heads": 4,
    "head_dim": 16,
}


def write(file: Path, folder: Path, kind: str, quantization: str) -> Path:
    """A GGUF file of a model folder, as llama.cpp's own converter lays it out."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    writer = gguf.GGUFWriter(file, kind)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_rope_dimension_count(config["head_dim"])
    _add_tokenizer(
        writer, Tokenizer.from_file(str(folder / "tokenizer.json")), config["vocab_size"]
    )
    _add_weights(writer, folder, kind, config, KINDS[quantization])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def _add_tokenizer(writer: Any, tokenizer: Tokenizer, size: int) -> None:
    known = {i: text for text, i in tokenizer.get_vocab().items()}
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([known.get(i, f"<unused{i}>") for i in range(size)])
    normal, control, unused = gguf.TokenType.NORMAL, gguf.TokenType.CONTROL, gguf.TokenType.UNUSED
    types = [
        unused if i not in known else control if known[i].startswith("<|") else normal
        for i in range(size)
    ]
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_eos_token_id(tokenizer.token_to_id("<|end|>"))


def _add_weights(writer: Any, folder: Path, kind: str, config: dict[str, Any], wanted: Any) -> None:
    from safetensors.numpy import load_file

    names = gguf.get_tensor_name_map(ARCHITECTURES[kind], config["num_hidden_layers"])
    for name, weight in load_file(folder / "model.safetensors").items():
        weight = weight.astype(np.float32)
        if kind == "llama":
            weight = _permuted(name, weight, config)
        is_matrix = weight.ndim == 2
        as_kind = wanted if is_matrix else KINDS["F32"]
        data = gguf.quants.quantize(weight, as_kind)
        writer.add_tensor(
            names.get_name(name, try_suffixes=(".weight", ".bias")), data, raw_dtype=as_kind
        )


def _permuted(name: str, weight: Any, config: dict[str, Any]) -> Any:
    """Llama's files have the two halves of a head's rotation next to each other."""
    heads = {"q_proj": "num_attention_heads", "k_proj": "num_key_value_heads"}
    found = next((config[key] for part, key in heads.items() if f".{part}.weight" in name), None)
    if found is None:
        return weight
    split = weight.reshape(found, 2, weight.shape[0] // found // 2, *weight.shape[1:])
    return split.swapaxes(1, 2).reshape(weight.shape)


@pytest.mark.parametrize("quantization", KINDS)
@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_a_file_is_read_back_as_the_model_that_it_was_made_from(
    kind: str, quantization: str, tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM

    folder = tmp_path / "original"
    head = (
        {"head_dim": 128} if kind == "qwen3" else {}
    )  # transformers reads no other of these files
    save_tokenizer(save_tiny(folder, kind, **{**SIZES, **head}))
    file, made = write(tmp_path / "tiny.gguf", folder, kind, quantization), tmp_path / "made"
    convert(file, made)
    was, now = (
        dict(AutoModelForCausalLM.from_pretrained(each, dtype=torch.float32).named_parameters())
        for each in (folder, made)
    )
    assert set(was) == set(now)
    for name, weight in was.items():
        assert (weight - now[name]).abs().max() <= ROUNDING[quantization] * weight.abs().max(), name
    told = json.loads((made / "config.json").read_text("utf-8"))
    meant = json.loads((folder / "config.json").read_text("utf-8"))
    for key in (
        "num_key_value_heads",
        "rms_norm_eps",
        "max_position_embeddings",
        "rope_parameters",
    ):
        assert told[key] == pytest.approx(meant[key]), key
    text = 'the "thing", in a 12'
    ids = [
        Tokenizer.from_file(str(each / "tokenizer.json")).encode(text).ids
        for each in (folder, made)
    ]
    assert ids[0] == ids[1]


def bare(file: Path, architecture: str, **fields: Any) -> Path:
    """A file with a head and no weights."""
    writer = gguf.GGUFWriter(file, architecture)
    for key, value in fields.items():
        name = key.replace("__", ".")
        writer.add_uint16(name, value) if isinstance(value, int) else writer.add_string(name, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


@pytest.mark.parametrize(
    ("architecture", "fields", "says"),
    [
        ("llama", {"split__count": 3}, "one of 3 parts"),
        ("clip", {}, "sees or hears"),
        ("llama", {"general__type": "mmproj"}, "sees or hears"),
        ("rwkv7", {}, "architecture `rwkv7`"),
    ],
)
def test_what_can_not_be_read_is_said_by_name(
    architecture: str, fields: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=says) as caught:
        check(bare(tmp_path / "x.gguf", architecture, **fields))
    assert caught.value.code == "SGL3406"
    assert caught.value.help


@pytest.mark.parametrize("left", [0, 3, 10, 40, 200])
def test_a_file_that_is_cut_short_is_no_traceback(left: int, tmp_path: Path) -> None:
    file = bare(tmp_path / "x.gguf", "llama", general__name="a name that is long enough to be cut")
    file.write_bytes(file.read_bytes()[:left])
    with pytest.raises(ModelError, match=r"cut short|lacks|can't read"):
        convert(file, tmp_path / "made")


def test_every_architecture_that_is_read_is_named() -> None:
    assert {"llama", "qwen2", "qwen3", "gemma3", "phi3", "falcon"} <= set(gguf_conversion.READ)
    assert not {"general", "tokenizer", "t5"} & set(gguf_conversion.READ)
