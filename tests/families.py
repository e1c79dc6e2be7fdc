"""Every family of the installed transformers that continues text, as a tiny random model, in the engine and in there.

A fork and a shared beginning are asked of an engine, greedily, and compared with `generate()` of the library.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tiny_models import save_tokenizer

from sglc.ir.sampling import Sampling
from sglc.runtime.backend import GenRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.hf_model import text_part
from sglc.runtime.engine.shrunken import NotShrunken, shrunken, tiny_model
from sglc.runtime.models.error import ModelError
from sglc.runtime.models.kinds import why_not

TOKENS = 12
TRUNK, ARMS = 18, (5, 9)

# What a family's default configuration leaves out, though models of it have it.
UNSETTLED = (
    "its library itself answers otherwise for a text alone than at the start of a longer one"
    " (ties of sparse attention, in so small a model)"
)
PLAIN = {"rope_type": "default", "rope_theta": 10000.0}
SPARSE = ["full_attention", "minimax_m3_sparse"] * 2
CONV = ["conv", "full_attention", "conv", "full_attention"]
CHANGES: Mapping[str, dict[str, Any]] = {
    "bamba": {"attn_layer_indices": [1, 3], "num_hidden_layers": 4},
    "cohere_compass_text": {
        "rope_parameters": {"full_attention": PLAIN, "sliding_attention": PLAIN}
    },
    "deepseek_v2": {"n_group": 1, "topk_group": 1, "num_experts_per_tok": 6},
    "dots1": {"n_shared_experts": 2, "n_routed_experts": 128, "num_experts_per_tok": 6},
    "emu3": {"vocabulary_map": {"<image>": 4}},
    "granitemoehybrid": {"layer_types": ["mamba", "attention"] * 2, "num_hidden_layers": 4},
    "hunyuan_v1_dense": {"head_dim": 128},
    "hunyuan_v1_moe": {"head_dim": 128},
    "lfm2": {"layer_types": CONV, "num_hidden_layers": 4},
    "lfm2_moe": {"layer_types": CONV, "num_hidden_layers": 4},
    "minimax_m3_vl_text": {"layer_types": SPARSE, "num_hidden_layers": 4},
    "ministral": {"head_dim": 128},
    "nemotron": {"num_key_value_heads": 8},
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a family fares: `equal`, `refused`, `differs`, or `not built`. `way`: how it is run; `why` it is not.

    `is_early`: refused from its configuration alone.
    """

    how: str
    way: str = ""
    why: str = ""
    is_early: bool = False


def families() -> list[str]:
    """The families, as transformers names them."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    return sorted(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)


def judge(name: str, folder: Path) -> Verdict:
    """Save a tiny model of a family to a folder, and compare the engine with its library."""
    from transformers import CONFIG_MAPPING, AutoModelForCausalLM, AutoModelForImageTextToText

    early = why_not({"model_type": name})
    if early is not None:
        return Verdict("refused", why=early, is_early=True)
    config = CONFIG_MAPPING[name](**CHANGES.get(name, {}))
    early = why_not(config.to_dict())
    if early is not None:
        return Verdict("refused", why=early, is_early=True)
    part = text_part(config)
    is_whole = part is config.get_text_config(decoder=True)
    made_by: Any = AutoModelForCausalLM if is_whole else AutoModelForImageTextToText
    try:
        model = tiny_model(shrunken(part), made_by.from_config)
    except NotShrunken as error:
        return Verdict("not built", why=_line(error))
    return compare(saved(model, folder), model)


def small(kind: str, **changes: Any) -> Any:
    """A tiny random model of a family."""
    from transformers import CONFIG_MAPPING, AutoModelForCausalLM

    config = shrunken(CONFIG_MAPPING[kind](**changes))
    return tiny_model(config, AutoModelForCausalLM.from_config)


def saved(model: Any, folder: Path) -> Path:
    """A folder with a model and a tokenizer."""
    model.save_pretrained(folder)
    return save_tokenizer(folder)


def compare(folder: Path, model: Any) -> Verdict:
    """An engine over a folder, and the model as its library runs it."""
    try:
        backend = EngineBackend(
            model_path=folder, dtype="float32", device="cpu", kv_cache_tokens=600
        )
    except ModelError as error:
        return Verdict("refused", why=error.message.partition(": ")[2])
    try:
        way = way_of(backend.engine.parts.model)
        found = asyncio.run(_asked(backend, prompts()))
    finally:
        asyncio.run(backend.close())
    wanted = [generated(model, prompt) for prompt in prompts()]
    if found == wanted:
        return Verdict("equal", way)
    if not agrees_with_itself(model):
        return Verdict("unsettled", way, UNSETTLED)
    return Verdict("differs", way, f"{found} where `generate` has {wanted}")


def agrees_with_itself(model: Any) -> bool:
    """Whether a text answers alone as it does at the start of a longer one, in the library's own forward."""
    longer, _, alone, _ = prompts()
    with torch.inference_mode():
        a, b = (
            model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
            for ids in (longer, alone)
        )
    return bool((a[: len(alone)] - b).abs().max() < 0.01)


def way_of(model: Any) -> str:
    """How the engine runs a model."""
    return {
        "Llama": "fast path",
        "RegisteredModel": "our attention",
        "OwnAttentionModel": "its own attention",
        "RecurrentModel": "checkpoints",
    }[type(model).__name__]


def prompts() -> list[tuple[int, ...]]:
    """Two arms of a fork, and then what they have in common."""
    random = np.random.default_rng(11)
    trunk = tuple(random.integers(3, 250, TRUNK).tolist())
    arms = [trunk + tuple(random.integers(3, 250, n).tolist()) for n in ARMS]
    return [*arms, trunk, arms[0] + (7,)]


async def _asked(backend: EngineBackend, texts: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The first two at once, the others one by one: they find all or a part of their text in the cache."""
    sampling = Sampling(max_tokens=TOKENS, ignore_eos=True)
    requests = [GenRequest(text, sampling, (0,), None, "") for text in texts]
    replies = [*await asyncio.gather(*map(backend.generate, requests[:2]))]
    for request in requests[2:]:
        replies.append(await backend.generate(request))
    return [reply.completions[0].ids for reply in replies]


def generated(model: Any, ids: tuple[int, ...], tokens: int = TOKENS) -> tuple[int, ...]:
    """What the library's own loop makes of a prompt, greedily."""
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asked = {
            "max_new_tokens": tokens,
            "do_sample": False,
            "pad_token_id": 0,
            "eos_token_id": -1,
        }
        try:
            made = model.generate(torch.tensor([ids]), **asked)
        except IndexError:  # some families' own cache has too few layers
            made = model.generate(torch.tensor([ids]), **asked, use_cache=False)
    return tuple(made[0, len(ids) :].tolist())


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
