"""Any decoder from transformers whose layers all call the registered attention function.

The model's own modules run; only attention is ours. A model is compared with itself under transformers' own attention
when it is loaded, and refused by name when the two differ or a layer does not call us.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AttentionInterface, AttentionMaskInterface, AutoModelForCausalLM

from .attention.base import Attention, LayerOptions
from .attention.torch_backend import TorchAttention
from .batch import Batch, Segment
from .model import ModelUnsupported
from .pool import Pool, Shape
from .transfers import send

NAME = "sglc"
PROBE_TOKENS = 12

_EMPTY = np.zeros(0, dtype=np.int32)


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
    scale = scaling if scaling is not None else query.shape[-1] ** -0.5
    options = LayerOptions(scale, sliding_window or None, softcap or None, s_aux)
    q, k, v = (x[0].transpose(0, 1).contiguous() for x in (query, key, value))
    sglc_calls.layers.append(module.layer_idx)
    return sglc_calls.attention.run(module.layer_idx, q, k, v, options)[None], None


def _no_mask(*_: object, **__: object) -> None:
    """The batch's metadata says who sees whom; no mask is built."""


AttentionInterface.register(NAME, _attention_function)
AttentionMaskInterface.register(NAME, _no_mask)


class TransformersModel:
    """A decoder from transformers, run on flattened batches."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.decoder = model.get_decoder()
        self.head = model.get_output_embeddings()
        config = model.config.get_text_config()
        self.softcap: float | None = getattr(config, "final_logit_softcapping", None)
        self.factor: float = getattr(config, "logit_scale", 1.0) / (
            getattr(config, "logits_scaling", None) or 1.0
        )
        self.shape = _shape(config)
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

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Apply the head, with the scale and soft cap that the configuration names."""
        logits = self.head(hidden).float() * self.factor
        return logits if not self.softcap else torch.tanh(logits / self.softcap) * self.softcap

    @property
    def name(self) -> str:
        """What errors call it."""
        return str(self.model.config.model_type)


def load(folder: Path, dtype: torch.dtype, device: torch.device) -> TransformersModel:
    """Load a model folder through transformers, and see that it answers as it should."""
    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype, attn_implementation="eager"
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnsupported(f"`{folder}` can't be loaded by transformers: {error}") from error
    return adopt(loaded.to(device).eval())


def adopt(loaded: Any) -> TransformersModel:
    """Put our attention into a loaded model; refuse it by name when it then answers otherwise."""
    probe = torch.arange(1, PROBE_TOKENS + 1, device=loaded.device)[None]
    with torch.inference_mode():
        expected = loaded(input_ids=probe, use_cache=False).logits[0].float()
        try:
            loaded.set_attn_implementation(NAME)
            model = TransformersModel(loaded)
            actual = _probe(model)
        except ModelUnsupported:
            raise
        except (TypeError, ValueError, AttributeError, RuntimeError) as error:
            kind = loaded.config.model_type
            raise ModelUnsupported(
                f"`{kind}` can't run with the engine's attention: {error}"
            ) from error
    worst = (actual - expected).abs().max().item() / max(expected.abs().max().item(), 1e-6)
    if worst > (1e-3 if loaded.dtype == torch.float32 else 0.1):
        raise ModelUnsupported(
            f"`{model.name}` answers otherwise under the engine's attention (by {worst:.2g})"
        )
    return model


def _probe(model: TransformersModel) -> torch.Tensor:
    """The logits of a few tokens, computed in two segments."""
    pool = Pool(model.shape, PROBE_TOKENS, model.dtype, model.device)
    ids = np.arange(1, PROBE_TOKENS + 1, dtype=np.int32)
    half = PROBE_TOKENS // 2
    batch = Batch(
        [
            Segment(ids[:half], ids[:half], None, _EMPTY),
            Segment(ids[half:], ids[half:], None, ids[:half]),
        ]
    )
    attention = TorchAttention(pool)
    attention.plan(batch)
    model.forward(batch, pool, attention)
    return model.logits(pool.hidden[1:])


def _shape(config: Any) -> Shape:
    heads: int = config.num_attention_heads
    return Shape(
        layers=config.num_hidden_layers,
        heads=heads,
        kv_heads=getattr(config, "num_key_value_heads", None) or heads,
        head_dim=getattr(config, "head_dim", None) or config.hidden_size // heads,
        hidden=config.hidden_size,
        vocab=config.vocab_size,
        max_context=config.max_position_embeddings,
    )
