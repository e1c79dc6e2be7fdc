"""Matrix products with weights that are laid out for the CPU once, not at every call.

By oneDNN through torch, else by torch's plain product.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch.nn import functional

# Weights are packed for about this many rows; the layout also serves others.
PACK_ROWS = 32


class Gated(Protocol):
    """`silu(x @ gate.T) * (x @ up.T)`."""

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The gated product."""
        ...


def make_gated(gate: torch.Tensor, up: torch.Tensor) -> Gated:
    """The fastest that there is for a gated pair."""
    if gate.is_cuda:
        from .fused import FusedGated

        return FusedGated(gate, up)
    return TorchGated(TorchLinear(gate), TorchLinear(up))


class TorchLinear:
    """From a weight that is packed for oneDNN when it can be."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None = None) -> None:
        self.bias = bias
        self.packed = pack(weight)
        self.weight = weight if self.packed is None else None

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        if self.packed is None:
            assert self.weight is not None
            return functional.linear(x, self.weight, self.bias)
        return torch.ops.mkldnn._linear_pointwise(x, self.packed, self.bias, "none", [], "")

    def silu(self, x: torch.Tensor) -> torch.Tensor:
        """The product, then x * sigmoid(x)."""
        if self.packed is None:
            return functional.silu(self(x))
        return torch.ops.mkldnn._linear_pointwise(x, self.packed, self.bias, "swish", [], "")

    def times(self, x: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """The product, times `other` by element."""
        return self._binary(x, other, "mul") if self.packed is not None else self(x) * other

    def plus(self, x: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """The product, plus `other`."""
        return self._binary(x, other, "add") if self.packed is not None else self(x) + other

    def _binary(self, x: torch.Tensor, other: torch.Tensor, op: str) -> torch.Tensor:
        return torch.ops.mkldnn._linear_pointwise.binary(x, other, self.packed, self.bias, op)


@dataclass(slots=True, eq=False)
class TorchGated:
    """Gate and lanes by a product each, what follows them part of it."""

    gate: TorchLinear
    up: TorchLinear

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The gated product."""
        return self.up.times(x, self.gate.silu(x))


def pack(weight: torch.Tensor) -> torch.Tensor | None:
    """Lay a weight out for the CPU's matrix kernels; None where it isn't on a CPU or this torch can't.

    The operations have private names: the plain product is always there instead.
    """
    if weight.device.type != "cpu" or weight.dtype != torch.bfloat16:
        return None  # float32 is the precise mode: it keeps the plain product
    try:
        return torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), PACK_ROWS)
    except (AttributeError, RuntimeError):
        return None
