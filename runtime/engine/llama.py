"""The fast path for plain decoders: Llama, Mistral, Qwen2, Qwen3 and models that say they are one of these.

The same arithmetic as transformers' modules, without what isn't arithmetic: fused projections, weights packed once,
rotation in three operations, residuals and gates inside the products, no modules and no hooks. On a CPU that has the
kernels for it, `native_llama` does the same in one call.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from ..models.config import PLAIN_DECODERS
from . import rope
from .attention.base import Attention, LayerOptions
from .batch import Batch
from .linear import Gated, TorchLinear, make_gated
from .pool import Pool, Shape
from .transfers import send

Rotation = Callable[[torch.Tensor], torch.Tensor]
# Without one of these the family's own default holds, which transformers knows.
NEEDED = (
    "num_attention_heads", "num_hidden_layers", "hidden_size", "vocab_size", "max_position_embeddings", "rms_norm_eps",
)  # fmt: skip


def can_run(config: dict[str, Any]) -> bool:
    """Whether the model is one of the family, with nothing that this file leaves out."""
    return (
        config.get("model_type") in PLAIN_DECODERS
        and all(isinstance(config.get(name), int | float) for name in NEEDED)
        and config.get("hidden_act") == "silu"
        and not config.get("mlp_bias")
        and not config.get("quantization_config")
        and (config.get("sliding_window") is None or not config.get("use_sliding_window", True))
        and rope.rope_of(config).get("rope_type", "default") in rope.KINDS
    )


@dataclass(slots=True, eq=False)
class Layer:
    """The weights of one layer."""

    attention_norm: torch.Tensor
    qkv: TorchLinear
    q_norm: torch.Tensor | None
    k_norm: torch.Tensor | None
    out: TorchLinear
    mlp_norm: torch.Tensor
    gated: Gated
    down: TorchLinear


class Llama:
    """A decoder of the Llama family."""

    def __init__(
        self,
        shape: Shape,
        config: dict[str, Any],
        weights: dict[str, torch.Tensor],
    ) -> None:
        self.shape = shape
        self.fuses = weights["model.norm.weight"].is_cuda  # by Triton's kernels
        self.epsilon: float = config["rms_norm_eps"]
        self.embedding = weights["model.embed_tokens.weight"]
        self.dtype, self.device = self.embedding.dtype, self.embedding.device
        scale = shape.head_dim**-0.5
        folds = (
            math.log2(scale).is_integer()
            and "model.layers.0.self_attn.q_norm.weight" not in weights
        )
        if folds:  # a power of two: in the weights it costs nothing and rounds nothing
            _scale_queries(weights, scale)
        self.options = LayerOptions(scale=1.0 if folds else scale)
        self.layers = [_layer(weights, i) for i in range(shape.layers)]
        self.norm = weights["model.norm.weight"]
        self.head = TorchLinear(weights.get("lm_head.weight", self.embedding))
        self._cos, self._sin = rope.rotation_tables(config, shape, self.dtype, self.device)

    def forward(self, batch: Batch, pool: Pool, attention: Attention) -> None:
        """Compute a batch."""
        ids = batch.ids_on(self.device)
        positions, slots = send(batch.positions, self.device), send(batch.slots, self.device)
        self.compute(ids, positions, slots, pool, attention)

    def compute(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        slots: torch.Tensor,
        pool: Pool,
        attention: Attention,
    ) -> None:
        """The same from arrays that are on the device: nothing in it waits for the host."""
        x = self.embedding.index_select(0, ids.long())
        rotate = self._rotation(positions.long())
        if self.fuses:
            return self._compute_fused(x, rotate, slots, pool, attention)
        for i, layer in enumerate(self.layers):
            h = self._norm(x, layer.attention_norm)
            q, k, v = self._project(layer, h, rotate)
            x = layer.out.plus(attention.run(i, q, k, v, self.options).flatten(1), x)
            h = self._norm(x, layer.mlp_norm)
            x = layer.down.plus(layer.gated(h), x)
        pool.hidden.index_copy_(0, slots.long(), self._norm(x, self.norm))

    def _compute_fused(
        self,
        x: torch.Tensor,
        rotate: Rotation,
        slots: torch.Tensor,
        pool: Pool,
        attention: Attention,
    ) -> None:
        """The same where each sum and the norm that follows it are one kernel."""
        from .fused import add_norm

        norms = [*(layer.attention_norm for layer in self.layers[1:]), self.norm]
        h = self._norm(x, self.layers[0].attention_norm)
        for i, (layer, next_norm) in enumerate(zip(self.layers, norms, strict=True)):
            q, k, v = self._project(layer, h, rotate)
            attended = layer.out(attention.run(i, q, k, v, self.options).flatten(1))
            x, h = add_norm(attended, x, layer.mlp_norm, self.epsilon)
            x, h = add_norm(layer.down(layer.gated(h)), x, next_norm, self.epsilon)
        pool.hidden.index_copy_(0, slots.long(), h)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Apply the head."""
        return self.head(hidden)

    def _norm(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return functional.rms_norm(x, weight.shape, weight, self.epsilon)

    def _rotation(self, positions: torch.Tensor) -> Rotation:
        """What rotates `[tokens, heads, head_dim]` by the tokens' positions; its argument may be overwritten."""
        if self.fuses:
            from .fused import rotate

            return lambda x: rotate(x, self._cos, self._sin, positions)
        cos, sin = (table.index_select(0, positions)[:, None] for table in (self._cos, self._sin))
        half = self.shape.head_dim // 2
        return lambda x: torch.addcmul(x * cos, x.roll(half, -1), sin)

    def _project(
        self, layer: Layer, h: torch.Tensor, rotate: Rotation
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Queries, keys and values, `[tokens, heads, head_dim]`; the first two rotated by their positions."""
        heads, kv_heads = self.shape.heads, self.shape.kv_heads
        qkv = layer.qkv(h).view(len(h), heads + 2 * kv_heads, self.shape.head_dim)
        qk, v = qkv[:, : heads + kv_heads], qkv[:, heads + kv_heads :]
        if layer.q_norm is not None and layer.k_norm is not None:
            parts = self._norm(qk[:, :heads], layer.q_norm), self._norm(qk[:, heads:], layer.k_norm)
            qk = torch.cat(parts, dim=1)
        qk = rotate(qk)
        return qk[:, :heads], qk[:, heads:], v


def read_shape(config: dict[str, Any]) -> Shape:
    """The sizes that the pool needs."""
    heads: int = config["num_attention_heads"]
    return Shape(
        layers=config["num_hidden_layers"],
        heads=heads,
        kv_heads=config.get("num_key_value_heads") or heads,
        head_dim=config.get("head_dim") or config["hidden_size"] // heads,
        hidden=config["hidden_size"],
        vocab=config["vocab_size"],
        max_context=config["max_position_embeddings"],
    )


def _scale_queries(weights: dict[str, torch.Tensor], scale: float) -> None:
    for name, weight in weights.items():
        if ".q_proj." in name:
            weights[name] = weight * scale


def _layer(weights: dict[str, torch.Tensor], i: int) -> Layer:
    """What is taken leaves `weights`: beside what is joined anew, nothing of a layer is held twice for long."""

    def get(name: str) -> torch.Tensor:
        return weights.pop(f"model.layers.{i}.{name}")

    def maybe(name: str) -> torch.Tensor | None:
        return weights.pop(f"model.layers.{i}.{name}", None)

    biases = [maybe(f"self_attn.{x}_proj.bias") for x in "qkv"]
    bias = torch.cat([b for b in biases if b is not None]) if biases[0] is not None else None
    return Layer(
        attention_norm=get("input_layernorm.weight"),
        qkv=TorchLinear(torch.cat([get(f"self_attn.{x}_proj.weight") for x in "qkv"]), bias),
        q_norm=maybe("self_attn.q_norm.weight"),
        k_norm=maybe("self_attn.k_norm.weight"),
        out=TorchLinear(get("self_attn.o_proj.weight"), maybe("self_attn.o_proj.bias")),
        mlp_norm=get("post_attention_layernorm.weight"),
        gated=make_gated(get("mlp.gate_proj.weight"), get("mlp.up_proj.weight")),
        down=TorchLinear(get("mlp.down_proj.weight")),
    )
