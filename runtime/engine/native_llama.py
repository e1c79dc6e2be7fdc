"""The fast path where the C kernels do all of it: a forward is one call.

Between the operations of a step stands nothing: no tensors are made and no interpreter is asked. The weights lie in
memory once, as the kernels want them; a tied head serves as the embedding, too.
"""

from __future__ import annotations

import itertools
from typing import Any

import torch

from . import rope
from .attention.base import Attention
from .attention.native_backend import NativeAttention
from .batch import Batch
from .native.ahead import Ahead
from .native.calls import DecoderCall, DecoderLayer, ForwardCall, Rows
from .native.kernels import PRODUCT_MULTIPLE, Kernels, takes_heads
from .native.products import NativeLinear, Packed, Packer
from .native.room import Room
from .pool import Pool, Shape

# Behind each row of a buffer: rows whose distance is a power of two would share few lines of the first cache.
GAP = 32


def can_run(shape: Shape, between: int) -> bool:
    """Whether the kernels take these sizes. `between`: the width inside of a layer's second half."""
    widths = shape.hidden, between, shape.heads * shape.head_dim
    return takes_heads(shape.head_dim) and not any(width % PRODUCT_MULTIPLE for width in widths)


class NativeLlama:
    """A decoder of the Llama family, in bfloat16 on the CPU. What it takes leaves `weights`, first for `ahead`."""

    dtype, device = torch.bfloat16, torch.device("cpu")

    def __init__(
        self,
        shape: Shape,
        config: dict[str, Any],
        weights: dict[str, torch.Tensor],
        kernels: Kernels,
        ahead: Ahead | None = None,
    ) -> None:
        self.shape, self._kernels = shape, kernels
        self._kept: list[torch.Tensor | Packed] = []  # what the calls point to
        packer = Packer(kernels, Room(ahead))
        layers = [self._layer(packer, weights, i) for i in range(shape.layers)]
        self._layers = (DecoderLayer * shape.layers)(*layers)
        self._widths = _widths(shape, layers[0])
        embedding = weights.pop("model.embed_tokens.weight")
        head = weights.pop("lm_head.weight", None)
        self._head = packer.join(embedding if head is None else head)
        self._embedding = self._head.weights if head is None else packer.keep(embedding)
        self._logits = NativeLinear(kernels, self._head)
        self._cos, self._sin = rope.rotation_tables(config, shape, self.dtype, self.device)
        self._decoder = DecoderCall(
            layers=shape.layers,
            hidden=shape.hidden,
            embedding=self._embedding.data_ptr(),
            is_packed=head is None,
            layer=self._layers,
            norm=self._address(packer, weights.pop("model.norm.weight")),
            cosine=self._cos.data_ptr(),
            sine=self._sin.data_ptr(),
            epsilon=config["rms_norm_eps"],
            scale=shape.head_dim**-0.5,
        )

    @property
    def layer_calls(self) -> list[DecoderLayer]:
        """What each layer is called with."""
        return list(self._layers)

    def forward(self, batch: Batch, pool: Pool, attention: Attention) -> None:
        """Compute a batch. The attention must be `NativeAttention`, and the positions within the context."""
        if not isinstance(attention, NativeAttention):
            raise TypeError("the layers are computed with attention of their own kind")
        if batch.positions.max() >= self.shape.max_context:  # the kernel would read on
            raise IndexError(f"the model's context ends at {self.shape.max_context} tokens")
        ids = batch.ids_on(self.device)
        if batch.ids.max() >= self.shape.vocab:
            raise IndexError(f"the model has {self.shape.vocab} tokens")
        room = torch.empty(batch.tokens * sum(self._widths), dtype=self.dtype)
        starts = itertools.accumulate(self._widths[:-1], initial=0)
        rows = (
            Rows(room.data_ptr() + 2 * batch.tokens * at, width)
            for at, width in zip(starts, self._widths, strict=True)
        )
        given = ids.data_ptr(), batch.positions.ctypes.data
        stored = pool.keys.data_ptr(), pool.values.data_ptr(), pool.keys.stride(0)
        call = ForwardCall(*given, *rows, *stored, pool.hidden.data_ptr())
        self._kernels.decode(self._decoder, attention.kernel_plan, call)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Apply the head."""
        return self._logits(hidden)

    def _layer(self, packer: Packer, weights: dict[str, torch.Tensor], i: int) -> DecoderLayer:
        def take(name: str) -> torch.Tensor:
            return weights.pop(f"model.layers.{i}.{name}")

        def maybe(name: str) -> torch.Tensor | None:
            return weights.pop(f"model.layers.{i}.{name}", None)

        biases = [found for x in "qkv" if (found := maybe(f"self_attn.{x}_proj.bias")) is not None]
        qkv = (take(f"self_attn.{x}_proj.weight") for x in "qkv")
        products = (
            packer.join(*qkv, bias=torch.cat(biases) if biases else None),
            packer.join(take("self_attn.o_proj.weight"), bias=maybe("self_attn.o_proj.bias")),
            packer.gate(take("mlp.gate_proj.weight"), take("mlp.up_proj.weight")),
            packer.join(take("mlp.down_proj.weight")),
        )
        self._kept += products
        norms = (
            take("input_layernorm.weight"),
            maybe("self_attn.q_norm.weight"),
            maybe("self_attn.k_norm.weight"),
            take("post_attention_layernorm.weight"),
        )
        addresses = (None if x is None else self._address(packer, x) for x in norms)
        return DecoderLayer(*addresses, *(product.call() for product in products))

    def _address(self, packer: Packer, tensor: torch.Tensor) -> int:
        """Where a copy of it lies."""
        kept = packer.keep(tensor)
        self._kept.append(kept)
        return kept.data_ptr()


def _widths(shape: Shape, layer: DecoderLayer) -> tuple[int, ...]:
    """Of the buffers' rows: the residual stream, and what lies between a layer's operations."""
    between = layer.qkv.width, layer.qkv.outputs, layer.out.width, layer.down.width
    return tuple(width + GAP for width in (shape.hidden, *between))
