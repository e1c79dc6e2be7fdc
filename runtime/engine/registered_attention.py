"""A decoder from transformers whose layers all call the registered attention function, which is then ours.

The model's own modules run, on a whole batch at once, as one sequence whose positions say where each token stands.
Whoever loads it compares it with itself under the library's attention: a layer may ask for what we know nothing of.
"""

from typing import Any

import numpy as np
import torch
from transformers import AttentionInterface, AttentionMaskInterface

from .attention.base import Attention, LayerOptions
from .attention.torch_backend import TorchAttention
from .batch import Batch, Segment
from .masks import is_known, no_mask, watching
from .model import ModelUnsupported
from .pool import Pool, Shape
from .transfers import send

NAME = "sglc"


class Calls:
    """The attention of one forward, handed through the layers' keyword arguments; counts who called."""

    def __init__(self, attention: Attention) -> None:
        self.attention = attention
        self.layers: list[int] = []


def _attention_function(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    sliding_window: int | None = None,
    softcap: float | None = None,
    s_aux: torch.Tensor | None = None,
    *,
    sglc_calls: Calls,
    **_: object,
) -> tuple[torch.Tensor, None]:
    """What every attention layer calls: `[1, heads, tokens, head_dim]` in, `[1, tokens, heads, head_dim]` out."""
    if attention_mask is not None:
        raise ModelUnsupported("a layer makes a mask of its own")
    scale = scaling if scaling is not None else query.shape[-1] ** -0.5
    options = LayerOptions(scale, sliding_window or None, softcap or None, s_aux)
    q, k, v = (x[0].transpose(0, 1).contiguous() for x in (query, key, value))
    sglc_calls.layers.append(module.layer_idx)
    return sglc_calls.attention.run(module.layer_idx, q, k, v, options)[None], None


AttentionInterface.register(NAME, _attention_function)
AttentionMaskInterface.register(NAME, no_mask)


class RegisteredModel:
    """A decoder from transformers with our attention, run on flattened batches."""

    def __init__(self, model: Any, context: int) -> None:
        self.model = model
        self.decoder = model.get_decoder()
        self.head = model.get_output_embeddings()
        config = model.config.get_text_config()
        self.softcap: float | None = getattr(config, "final_logit_softcapping", None)
        self.factor: float = getattr(config, "logit_scale", 1.0) / (
            getattr(config, "logits_scaling", None) or 1.0
        )
        self.shape = _shape(config, context)
        self.dtype, self.device = model.dtype, model.device

    def forward(self, batch: Batch, pool: Pool, attention: Attention) -> None:
        """Compute a batch as one sequence whose positions say where each token stands."""
        calls = Calls(attention)
        ids = batch.ids_on(self.device).long()
        positions = send(batch.positions, self.device)
        output = self.decoder(
            input_ids=ids[None], position_ids=positions[None], use_cache=False, sglc_calls=calls
        )
        if calls.layers != list(range(self.shape.layers)):
            raise ModelUnsupported(
                f"`{self.name}`: of {self.shape.layers} layers, {calls.layers} called attention"
            )
        slots = send(batch.slots, self.device).long()
        pool.hidden.index_copy_(0, slots, output.last_hidden_state[0].to(pool.hidden.dtype))

    def check_masks(self) -> None:
        """See that the model names no mask that our attention doesn't know. Raises ModelUnsupported."""
        pool = Pool(self.shape, 4, self.dtype, self.device)
        numbers = np.arange(1, 5, dtype=np.int32)
        batch = Batch([Segment(numbers, numbers, None, numbers[:0])])
        attention = TorchAttention(pool)
        attention.plan(batch)
        with watching() as masks:
            self.forward(batch, pool, attention)
        if not all(map(is_known, masks)):
            raise ModelUnsupported("its layers see by another rule than all before, or a window")

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Apply the head, with the scale and soft cap that the configuration names."""
        logits = self.head(hidden).float() * self.factor
        return logits if not self.softcap else torch.tanh(logits / self.softcap) * self.softcap

    @property
    def name(self) -> str:
        """What errors call it."""
        return str(self.model.config.model_type)


def _shape(config: Any, context: int) -> Shape:
    heads: int = config.num_attention_heads
    return Shape(
        layers=config.num_hidden_layers,
        heads=heads,
        kv_heads=getattr(config, "num_key_value_heads", None) or heads,
        head_dim=getattr(config, "head_dim", None) or config.hidden_size // heads,
        hidden=config.hidden_size,
        vocab=config.vocab_size,
        max_context=context,
    )
