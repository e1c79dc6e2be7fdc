"""Products with weights by the C kernels: weights are laid out once, and what follows a product is part of it."""

from dataclasses import dataclass

import torch
from torch.nn import functional

from .calls import ProductCall
from .kernels import PRODUCT_MULTIPLE, Kernels
from .room import Room


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Weights as the kernels want them. `outputs`: those asked for; what fills the last block is zero."""

    weights: torch.Tensor  # [outputs, width], the outputs rounded up to whole blocks
    outputs: int
    bias: torch.Tensor | None = None
    is_gated: bool = False

    def call(self) -> ProductCall:
        """The part of a call that is always the same."""
        outputs, width = self.weights.shape
        bias = None if self.bias is None else self.bias.data_ptr()
        return ProductCall(
            width=width,
            outputs=outputs,
            weights=self.weights.data_ptr(),
            bias=bias,
            is_gated=self.is_gated,
        )


class Packer:
    """Lays weights out side by side. Nothing of what it is given is kept."""

    def __init__(self, kernels: Kernels, room: Room | None = None) -> None:
        self._kernels, self._room = kernels, room or Room()

    def join(self, *weights: torch.Tensor, bias: torch.Tensor | None = None) -> Packed:
        """Weights `[outputs, inputs]` with the same inputs, as one product."""
        outputs = sum(map(len, weights))
        if any(len(weight) % PRODUCT_MULTIPLE for weight in weights):
            weights = (_filled(torch.cat(weights)),)
        packed = self._room.take(sum(map(len, weights)), weights[0].shape[1])
        for weight, part in zip(weights, packed.split([len(w) for w in weights]), strict=True):
            self._kernels.pack(part, weight)
        return Packed(packed, outputs, None if bias is None else _filled(bias).clone())

    def gate(self, gate: torch.Tensor, up: torch.Tensor) -> Packed:
        """`silu(x @ gate.T) * (x @ up.T)`: one pass over `x` for both."""
        packed = self._room.take(2 * len(gate), gate.shape[1])
        self._kernels.pack_gated(packed, gate, up)
        return Packed(packed, len(gate), is_gated=True)

    def keep(self, tensor: torch.Tensor) -> torch.Tensor:
        """A copy of what is not packed: what it was read from may go."""
        return self._room.take(*tensor.shape).copy_(tensor)


class NativeLinear:
    """`x @ weight.T + bias`. For one thread at a time: a call reuses its arguments."""

    def __init__(self, kernels: Kernels, packed: Packed) -> None:
        self._kernels, self._packed, self._call = kernels, packed, packed.call()

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The product of `[rows, width]`."""
        x, call = x.contiguous(), self._call
        out = x.new_empty(len(x), call.outputs)
        call.rows, call.stride, call.out_stride = len(x), x.shape[1], call.outputs
        call.x, call.out = x.data_ptr(), out.data_ptr()
        self._kernels.product(call)
        return out[:, : self._packed.outputs]


def _filled(x: torch.Tensor) -> torch.Tensor:
    """Rows of zeros behind `[outputs, …]`, up to a whole block."""
    missing = -len(x) % PRODUCT_MULTIPLE
    return functional.pad(x, (0, 0) * (x.ndim - 1) + (0, missing)) if missing else x
