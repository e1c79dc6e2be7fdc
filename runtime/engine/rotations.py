"""Rotations that change with the length of a text, settled for all texts at once.

A key stays in the cache while its text grows, and other texts share it. So its rotation must not depend on how long a
text is, which it does in two kinds:

- `longrope` (Phi-3 with a long context, MiniCPM) has short factors for texts within the length of its first training,
  and long ones for the rest. The short ones are right until there, and that is where the context ends. Who wants
  more asks for it: then all texts get the long ones, short texts too, as other servers do it.
- `dynamic` stretches frequencies behind the length that it was trained on: that is where the context ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from .model import ModelUnsupported

LENGTHS = (
    "max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "n_ctx", "max_sequence_length",
    "model_max_length",
)  # fmt: skip
ENDLESS = 2048  # where a configuration names no length


@dataclass(frozen=True, slots=True)
class Span:
    """The positions that are served, and the first of them at which the library, too, has settled."""

    context: int
    settled_from: int = 0


def settle(model: Any, asked: int | None) -> Span:
    """Fix a model's rotations for texts of at most `asked` tokens; None: as many as answer as the library does.

    Raises ModelUnsupported.
    """
    config = model.config.get_text_config(decoder=True)
    whole = length_of(config)
    if asked is not None and asked > whole:
        raise ModelUnsupported(
            f"`{config.model_type}` has a context of {whole} tokens, less than {asked}"
        )
    span = Span(asked or whole)
    for module, kind, prefix in _rotations(model):
        if "dynamic" in kind:
            span = Span(min(span.context, int(module.original_max_seq_len)))
        elif kind == "longrope":
            span = _settle_long(module, prefix, span, asked)
    return span


def length_of(config: Any) -> int:
    """How many tokens a configuration says that a text may have."""
    found = (getattr(config, name, None) for name in LENGTHS)
    return next((n for n in found if isinstance(n, int) and n > 0), ENDLESS)


def _settle_long(module: Any, prefix: str, span: Span, asked: int | None) -> Span:
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    rope = module.config.rope_parameters
    layer_type = prefix.removesuffix("_") or None
    original = int((rope[layer_type] if layer_type else rope)["original_max_position_embeddings"])
    if asked is None or asked <= original:
        return Span(min(span.context, original))
    make: Any = ROPE_INIT_FUNCTIONS["longrope"]
    given = {"layer_type": layer_type} if layer_type else {}
    frequencies, _ = make(module.config, module.inv_freq.device, seq_len=original + 1, **given)
    for name in ("inv_freq", "original_inv_freq"):
        with torch.no_grad():
            getattr(module, prefix + name).copy_(frequencies)
    return Span(span.context, original)


def _rotations(model: Any) -> Iterator[tuple[Any, str, str]]:
    """The modules that compute rotations, what kind each is, and how the buffers of that kind begin."""
    for module in model.modules():
        kinds = getattr(module, "rope_type", None)
        if isinstance(kinds, str):
            yield module, kinds, ""
        elif isinstance(kinds, dict):
            yield from ((module, str(kind), f"{layers}_") for layers, kind in kinds.items())
