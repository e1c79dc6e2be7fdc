"""A tiny random model of the same kind as a large one: what its configuration says, with every size made small.

It answers nothing, but it computes in the same way. So what depends on the length of a text (windows, chunks, rotations
that change) can be tried with a dozen tokens, before any weight of the real model is read.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

HEADS, WIDTH, HEAD = 4, 32, 8
VOCAB, CONTEXT, ORIGINAL, WINDOW = 288, 64, 16, 5
MOST_LAYERS = 16

SIZES: Mapping[str, int] = {
    **dict.fromkeys(("vocab_size", "vocab_size_per_layer_input", "padded_vocab_size"), VOCAB),
    **dict.fromkeys(("hidden_size", "n_embd", "d_model", "n_embed", "dim_model", "emb_dim", "embedding_size"), WIDTH),
    **dict.fromkeys(("word_embed_proj_dim", "true_hidden_size", "input_hidden_size"), WIDTH),
    **dict.fromkeys(("num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads"), HEADS),
    **dict.fromkeys(("decoder_attention_heads", "swa_num_attention_heads"), HEADS),
    **dict.fromkeys(("head_dim", "d_kv", "attention_head_dim", "kv_channels", "swa_head_dim"), HEAD),
    **dict.fromkeys(("intermediate_size", "n_inner", "ffn_dim", "dim_ff", "intermediate_size_mlp"), 40),
    **dict.fromkeys(("ffn_hidden_size", "encoder_ffn_dim", "decoder_ffn_dim", "d_ff", "dff", "d_inner"), 40),
    **dict.fromkeys(("moe_intermediate_size", "shared_expert_intermediate_size", "expert_ffn_hidden_size"), 24),
    **dict.fromkeys(("shared_intermediate_size", "expert_dim", "intermediate_size_moe"), 24),
    **dict.fromkeys(("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts"), 4),
    **dict.fromkeys(("num_experts_per_tok", "num_experts_per_token", "moe_k", "top_k_experts", "moe_topk"), 2),
    **dict.fromkeys(("n_group", "topk_group", "num_expert_group", "n_shared_experts"), 1),
    "q_lora_rank": 12, "kv_lora_rank": 8, "qk_nope_head_dim": 8, "qk_rope_head_dim": 4, "v_head_dim": 6,
    "qk_head_dim": 12, "index_topk": 6, "index_head_dim": 8, "index_n_heads": 4,
    "index_block_size": 4, "index_topk_blocks": 2,
    "indexer_n_heads": 4, "indexer_kv_heads": 1, "indexer_head_dim": 8, "indexer_budget": 6, "rotary_dim": 4,
    "global_head_dim": 2 * HEAD, "hidden_size_per_layer_input": 8,
    "max_position_embeddings": CONTEXT, "n_positions": CONTEXT, "max_seq_len": CONTEXT, "seq_length": CONTEXT,
    "n_ctx": CONTEXT, "max_sequence_length": CONTEXT, "model_max_length": CONTEXT,
    "original_max_position_embeddings": ORIGINAL,
    "sliding_window": WINDOW, "attention_chunk_size": WINDOW, "window_size": WINDOW, "local_attention": WINDOW,
    "sliding_window_size": WINDOW,
    **dict.fromkeys(("mamba_n_heads", "mamba_num_heads", "n_mamba_heads"), HEADS),
    **dict.fromkeys(("mamba_d_head", "mamba_head_dim", "mamba_headdim"), 2 * WIDTH // HEADS),
    **dict.fromkeys(("mamba_n_groups", "n_groups", "mamba_ngroups"), 1),
    **dict.fromkeys(("mamba_d_state", "state_size", "ssm_state_size"), 8),
    **dict.fromkeys(("mamba_chunk_size", "chunk_size"), 4),
    **dict.fromkeys(("linear_key_head_dim", "linear_value_head_dim", "linear_head_dim"), HEAD),
    "linear_num_heads": HEADS, "num_query_groups": HEADS, "adapter_rank": 8,
    "linear_num_key_heads": HEADS // 2, "linear_num_value_heads": HEADS, "lru_width": WIDTH,
    "mamba_d_ssm": 2 * WIDTH, "time_step_rank": 4, "mamba_dt_rank": 4, "attention_hidden_size": 2 * WIDTH,
}  # fmt: skip
LAYERS = (
    "num_hidden_layers", "n_layer", "n_layers", "num_layers", "decoder_layers", "encoder_layers", "num_decoder_layers",
)  # fmt: skip
FEWER_HEADS = (
    "num_key_value_heads", "num_kv_heads", "multi_query_group_num", "kv_n_heads", "num_global_key_value_heads",
    "swa_num_key_value_heads",
)  # fmt: skip
KINDS = ("layer_types", "layers_block_type", "mlp_layer_types")
SHARING = "num_kv_shared_layers"
TOKENS = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")
ABSENT = ("quantization_config", "per_layer_config")


class NotShrunken(ValueError):
    """A configuration whose sizes can't be made small; the message says where it ended."""


def shrunken(config: Any) -> Any:
    """The configuration with small sizes. Raises NotShrunken."""
    given = copy.deepcopy(config.to_dict())
    kinds = [found for name in KINDS if isinstance(found := getattr(config, name, None), list)]
    given = _smaller(given, kinds)
    try:
        return type(config).from_dict(given)
    except Exception as error:
        raise NotShrunken(f"{type(error).__name__}: {error}") from error


def tiny_model(config: Any, make: Callable[[Any], Any], seed: int = 7) -> Any:
    """A random float32 model of a shrunken configuration. `make`: a class's `from_config`. Raises NotShrunken."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            model = make(config).float().eval()
        except Exception as error:
            raise NotShrunken(f"{type(error).__name__}: {error}") from error
        with torch.no_grad():
            for weight in model.parameters():
                _randomize(weight)
    return model


def _randomize(weight: torch.Tensor) -> None:
    """Sharp enough that an attention that looks elsewhere answers otherwise; norms and biases not all the same."""
    if weight.ndim < 2:
        weight.add_(torch.randn_like(weight) * 0.1)
    else:
        weight.normal_(std=1.5 / weight.shape[-1] ** 0.5)


def _smaller(given: dict[str, Any], kinds: Sequence[list[Any]] = ()) -> dict[str, Any]:
    layers = next((given[name] for name in LAYERS if isinstance(given.get(name), int)), None)
    listed = [given[name] for name in KINDS if isinstance(given.get(name), list)]
    few = None if layers is None else _layers([*kinds, *listed], layers, bool(given.get(SHARING)))
    return {
        name: _value(name, value, given, layers, few)
        for name, value in given.items()
        if name not in ABSENT
    }


def _value(
    name: str, value: Any, given: dict[str, Any], layers: int | None, few: int | None
) -> Any:
    if isinstance(value, dict):
        return _rotation(_smaller(value), given) if _is_rotation(name) else _smaller(value)
    if isinstance(value, list) and layers is not None and len(value) == layers:
        return value[:few]
    if name in TOKENS:
        return None if value is None else 1
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    if name in LAYERS:
        return few
    if name == SHARING:
        return min(value, (few or 0) // 2)
    if name in FEWER_HEADS:
        return _fewer(value, given)
    if name.endswith("_layer_id") or name.startswith("first_k_dense"):
        return min(value, 1)
    if name == "head_dim" and value == given.get("qk_rope_head_dim"):
        return SIZES["qk_rope_head_dim"]
    if name == "head_dim" and isinstance(given.get("expand"), int):  # of mamba's heads
        return given["expand"] * WIDTH // HEADS
    if name == "attention_head_dim" and "attention_hidden_size" in given:
        return SIZES["attention_hidden_size"] // HEADS
    if name not in SIZES:
        return value
    return SIZES[name] if name.startswith("mamba") else min(value, SIZES[name])


def _layers(kinds: Sequence[list[Any]], layers: int, is_shared: bool) -> int:
    """As many as show every kind of layer that there is, three times where some share what others have."""
    firsts = [types.index(kind) + 1 for types in kinds for kind in set(types)]
    shared = is_shared or any("hybrid" in types for types in kinds)
    return min(layers, (1 + 2 * shared) * max([2, *firsts]), MOST_LAYERS)


def _fewer(value: int, given: dict[str, Any]) -> int:
    """Key heads: one, all, or half as many as query heads, as before."""
    heads = next(
        (given[n] for n in ("num_attention_heads", "n_head", "n_heads") if n in given), None
    )
    return 1 if value == 1 else HEADS if value == heads else HEADS // 2


def _is_rotation(name: str) -> bool:
    return name in ("rope_parameters", "rope_scaling")


def _rotation(rope: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Rotations whose factors are listed, one for each pair of numbers of a head."""
    share = rope.get("partial_rotary_factor") or given.get("partial_rotary_factor") or 1.0
    size = given.get("qk_rope_head_dim")
    pairs = int((4 if size else HEAD) * share) // 2
    for name in ("short_factor", "long_factor"):
        if isinstance(rope.get(name), list):
            rope[name] = rope[name][:pairs]
    if isinstance(rope.get("mrope_section"), list):
        rope["mrope_section"] = [2, 1, 1] if pairs == 4 else [pairs, 0, 0]
    return rope
