"""Whether the fast path reads a configuration as transformers does: tried once on a tiny random model, then remembered.

The fast path is arithmetic of our own, steered by a dozen entries of `config.json`. A small model with the same entries
(the same heads, rotation, norms, biases and context, few layers) is computed by both, in the type and with the kernels
that will be used. Transformers takes seconds to import, so what was found is kept in the user's cache, by all that it
depends on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from ..models.folders import cache_folder
from . import fast_path, llama
from .attention.base import Attention
from .attention.native_backend import NativeAttention, can_run
from .attention.torch_backend import TorchAttention
from .likeness import distance, limit, texts_of
from .native.build import SOURCES
from .native.kernels import Kernels
from .pool import Pool
from .rotations import Span

HEADS, LAYERS, VOCAB = 4, 2, 288
_TOLD_BY = tuple(
    Path(__file__).with_name(f"{name}.py")
    for name in ("fast_check", "fast_path", "linear", "llama", "native_llama", "rope")
)


def reads_as_transformers(
    config: Mapping[str, Any], dtype: torch.dtype, kernels: Kernels | None
) -> bool:
    """Whether both compute the same for models of this configuration, as far as it can be tried."""
    file = cache_folder().parent / "checked" / _key(config, dtype, kernels)
    try:
        return file.read_text() == "same"
    except OSError:
        same = _same(config, dtype, kernels)
        _remember(file, "same" if same else "not the same")
        return same


def small(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with few layers and heads, and all else as it was."""
    head: int = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    heads, kv_heads = config["num_attention_heads"], config.get("num_key_value_heads")
    return {
        **config,
        "num_hidden_layers": LAYERS,
        "layer_types": None,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS if kv_heads in (None, heads) else min(kv_heads, HEADS // 2),
        "hidden_size": HEADS * head,
        "intermediate_size": 2 * HEADS * head,
        "vocab_size": VOCAB,
        "bos_token_id": None,
        "eos_token_id": None,
        "pad_token_id": None,
    }


def _same(config: Mapping[str, Any], dtype: torch.dtype, kernels: Kernels | None) -> bool:
    from transformers import CONFIG_MAPPING, AutoModelForCausalLM

    from .shrunken import tiny_model

    given = small(config)
    try:
        known: Any = CONFIG_MAPPING[given["model_type"]].from_dict(given)
        model = tiny_model(known, AutoModelForCausalLM.from_config).to(dtype)
        shape = llama.read_shape(given)
        weights = {name: weight.clone() for name, weight in model.state_dict().items()}
        if given.get("tie_word_embeddings"):
            weights.pop("lm_head.weight", None)
        with torch.inference_mode():
            texts = texts_of(model, Span(shape.max_context), VOCAB)
            ours = fast_path.make(shape, given, weights, kernels)
            return distance(ours, texts, lambda pool: _attention(pool, kernels)) <= limit(dtype)
    except Exception:  # then it is the library's own modules that run
        return False


def _attention(pool: Pool, kernels: Kernels | None) -> Attention:
    if kernels is not None and can_run(pool):
        return NativeAttention(pool, kernels)
    return TorchAttention(pool)


def _key(config: Mapping[str, Any], dtype: torch.dtype, kernels: Kernels | None) -> str:
    digest = hashlib.blake2b(digest_size=16)
    known = (
        json.dumps(dict(config), sort_keys=True, default=str),
        str(dtype),
        str(kernels is None),
    )
    for part in (*known, version("torch"), version("transformers")):
        digest.update(part.encode() + b"\0")
    for file in (*_TOLD_BY, *(SOURCES if kernels is not None else ())):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _remember(file: Path, found: str) -> None:
    """Where it can't be written it is found again next time."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        scratch = file.with_suffix(".part")
        scratch.write_text(found)
        scratch.replace(file)
    except OSError:
        pass
