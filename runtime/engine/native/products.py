"""Products with weights by the C kernels: weights are laid out once, and what follows a product is part of it."""

import torch

from .kernels import Kernels, ProductCall

# What packed weights must be a multiple of, and how many gates stand beside the lanes that they govern.
MULTIPLE, GATES = 32, 16

_PLAIN, _ADD, _GATED = range(3)


def can_pack(weight: torch.Tensor) -> bool:
    """Whether the kernels take a weight of this shape, `[outputs, inputs]`."""
    return all(size % MULTIPLE == 0 for size in weight.shape)


class NativeLinear:
    """`x @ weight.T + bias`. For the engine's thread alone: a call reuses its arguments."""

    def __init__(
        self, kernels: Kernels, weight: torch.Tensor, bias: torch.Tensor | None = None
    ) -> None:
        self._kernels = kernels
        self._outputs, width = weight.shape
        self._packed, self._bias = kernels.pack(weight), bias
        at = None if bias is None else bias.data_ptr()
        self._call = ProductCall(0, width, self._outputs, 0, self._packed.data_ptr(), at)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The product."""
        return self._run(x, _PLAIN, None, self._outputs)

    def plus(self, x: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """The product, plus `other`."""
        return self._run(x, _ADD, other.contiguous(), self._outputs)

    def _run(
        self, x: torch.Tensor, epilogue: int, other: torch.Tensor | None, width: int
    ) -> torch.Tensor:
        x = x.contiguous()
        out = x.new_empty(len(x), width)
        call = self._call
        call.rows, call.x, call.out, call.epilogue = len(x), x.data_ptr(), out.data_ptr(), epilogue
        call.other = None if other is None else other.data_ptr()
        self._kernels.product(call)
        return out


class NativeGated(NativeLinear):
    """`silu(x @ gate.T) * (x @ up.T)`: one pass over `x` for both."""

    def __init__(self, kernels: Kernels, gate: torch.Tensor, up: torch.Tensor) -> None:
        beside = [weight.view(-1, GATES, weight.shape[1]) for weight in (gate, up)]
        super().__init__(kernels, torch.cat(beside, dim=1).flatten(0, 1))

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The gated product."""
        return self._run(x, _GATED, None, self._outputs // 2)
