"""What a model's `config.json` alone says of whether the engine can run it, and why not in words that a user knows.

Called before weights are read. What is let through is tried: on a tiny model of its kind, then on the model itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from .config import text_part
from .error import ModelError

RECURRENT = "its recurrent layers keep their state in a form of their own, which can't be taken up again elsewhere"
BOTH_WAYS = "it reads a text in both directions (an encoder), and has no next token"
ENCODER_DECODER = (
    "it is an encoder-decoder: it reads one text and writes another, and continues none"
)
UNCACHED = "its library keeps no keys and values for it, so that each token would compute the whole text again"
DRAFTER = "it is a drafter, which only guesses for another model"
OTHER_INPUT = "it continues images or sound, not a text alone"
BYTES = "it puts bytes together into patches of its own, and takes no token ids"
SEGMENTS = (
    "it reads a text behind prompts and segments of its own, which its library adds to the input"
)
OWN_STATE = (
    "its attention keeps more than keys and values of tokens (compressed blocks, or running sums)"
)

KINDS: Mapping[str, str] = {
    **dict.fromkeys(("openai-gpt", "reformer", "xlm", "xlnet"), UNCACHED),
    **dict.fromkeys(("gemma4_assistant", "gemma4_unified_assistant"), DRAFTER),
    **dict.fromkeys(("moshi", "musicgen", "musicgen_melody"), OTHER_INPUT),
    **dict.fromkeys(("minimax", "recurrent_gemma", "rwkv", "xlstm"), RECURRENT),
    "blt": BYTES,
    "cpmant": SEGMENTS,
    **dict.fromkeys(("deepseek_v4", "qwen4_exp", "qwen4_exp_text"), OWN_STATE),
}  # fmt: skip
ENCODERS = frozenset(
    {
        "bert", "bert-generation", "big_bird", "camembert", "data2vec-text", "electra", "ernie", "megatron-bert",
        "rembert", "roberta", "roberta-prelayernorm", "roc_bert", "roformer", "xlm-roberta", "xlm-roberta-xl", "xmod",
    }
)  # fmt: skip
OWN_LAYERS = frozenset(
    {"minimax_m3_sparse", "compressed_sparse_attention", "heavily_compressed_attention"}
)
FLAGS = frozenset({1})  # of MiniMax-M3, by layer
HELP = "`--base-url` asks a server that runs it (SGLang, vLLM, llama.cpp); docs/models.md lists what the engine runs"


def check_kind(config: Mapping[str, Any], where: str) -> None:
    """Raise ModelError (SGL3408) for a kind of model that the engine can't run. `where`: what the error calls it."""
    reason = why_not(config)
    if reason is not None:
        kind = config.get("model_type") or "this kind of model"
        raise ModelError("SGL3408", f"the engine can't run `{where}` (`{kind}`): {reason}", HELP)


def why_not(config: Mapping[str, Any]) -> str | None:
    """Why the engine can't run a model of this configuration, as far as that alone tells; None where it may."""
    text = text_part(config)
    kind = str(text.get("model_type") or config.get("model_type"))
    if config.get("is_encoder_decoder") or text.get("is_encoder_decoder"):
        return ENCODER_DECODER
    if kind in KINDS:
        return KINDS[kind]
    if _has_layers(text, OWN_LAYERS) or _has_layers(text.get("sparse_attention_config"), FLAGS):
        return OWN_STATE
    if kind in ENCODERS and not text.get("is_decoder"):
        return BOTH_WAYS
    return None


def _has_layers(config: object, kinds: frozenset[Any]) -> bool:
    """Whether a configuration lists layers of these kinds."""
    if not isinstance(config, Mapping):
        return False
    given = cast("Mapping[str, Any]", config)
    lists = (given.get(name) for name in ("layer_types", "sparse_attention_freq"))
    return any(isinstance(found, list) and not kinds.isdisjoint(found) for found in lists)
