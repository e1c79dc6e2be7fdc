"""What stands between a decoder's products, on a CUDA device: add and norm, rotation, gate, a Triton kernel each.

As torch's operations these are eight launches a layer that each read and write the hidden states once more; a decode
step of few rows spends a tenth of its time in them.
"""

from typing import Any

import torch
import triton
import triton.language as tl

from .attention.triton_backend import next_power_of_2

GATED = 1024  # numbers that a program of the gate takes


@triton.jit
def add_norm_kernel(
    x, residual, weight, total, out, epsilon, SIZE: tl.constexpr, BLOCK: tl.constexpr
):
    """One row: the sum, and the sum over its root mean square, times the weight."""
    row = tl.program_id(0).to(tl.int64) * SIZE
    at = tl.arange(0, BLOCK)
    here = at < SIZE
    added = tl.load(x + row + at, mask=here, other=0.0).to(tl.float32)
    added += tl.load(residual + row + at, mask=here, other=0.0).to(tl.float32)
    added = added.to(total.dtype.element_ty)
    tl.store(total + row + at, added, mask=here)
    value = added.to(tl.float32)
    scale = tl.rsqrt(tl.sum(value * value, axis=0) / SIZE + epsilon)
    factor = tl.load(weight + at, mask=here, other=0.0).to(tl.float32)
    tl.store(out + row + at, (value * scale * factor).to(out.dtype.element_ty), mask=here)


@triton.jit
def rotate_kernel(
    x, cos, sin, positions, x_row, HEADS: tl.constexpr, SIZE: tl.constexpr, BLOCK: tl.constexpr
):
    """One row's heads, in place. The first half of the sines is negative, as the model's tables have it."""
    row = tl.program_id(0)
    at = tl.arange(0, BLOCK)  # (head, element of the first half), flattened
    half: tl.constexpr = SIZE // 2
    head, element = at // half, at % half
    here = at < HEADS * half
    place = tl.load(positions + row).to(tl.int64) * SIZE + element
    low = x + row.to(tl.int64) * x_row + head * SIZE + element
    a = tl.load(low, mask=here, other=0.0).to(tl.float32)
    b = tl.load(low + half, mask=here, other=0.0).to(tl.float32)
    cos_a, cos_b = tl.load(cos + place).to(tl.float32), tl.load(cos + place + half).to(tl.float32)
    sin_a, sin_b = tl.load(sin + place).to(tl.float32), tl.load(sin + place + half).to(tl.float32)
    tl.store(low, (a * cos_a + b * sin_a).to(x.dtype.element_ty), mask=here)
    tl.store(low + half, (b * cos_b + a * sin_b).to(x.dtype.element_ty), mask=here)


@triton.jit
def gate_kernel(both, out, SIZE: tl.constexpr, BLOCK: tl.constexpr):
    """A block of one row: `silu(gate) * up`, which lie one behind the other."""
    row = tl.program_id(0).to(tl.int64)
    at = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    here = at < SIZE
    gate = tl.load(both + row * 2 * SIZE + at, mask=here, other=0.0).to(tl.float32)
    up = tl.load(both + row * 2 * SIZE + SIZE + at, mask=here, other=0.0).to(tl.float32)
    tl.store(
        out + row * SIZE + at, (gate * tl.sigmoid(gate) * up).to(out.dtype.element_ty), mask=here
    )


# Launched as kernel[grid](...): the compiler's own types say nothing of that.
_add_norm: Any = add_norm_kernel
_rotate: Any = rotate_kernel
_gate: Any = gate_kernel


def add_norm(
    x: torch.Tensor, residual: torch.Tensor, weight: torch.Tensor, epsilon: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The sum of two `[tokens, hidden]`, and its RMS norm."""
    total, out = torch.empty_like(residual), torch.empty_like(residual)
    size = residual.shape[-1]
    block = next_power_of_2(size)
    _add_norm[(len(x),)](
        x, residual, weight, total, out, epsilon, SIZE=size, BLOCK=block, num_warps=8
    )
    return total, out


def rotate(
    x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, positions: torch.Tensor
) -> torch.Tensor:
    """`x`, `[tokens, heads, head_dim]` with heads side by side, overwritten by its rotation."""
    heads, size = x.shape[1:]
    block = next_power_of_2(heads * (size // 2))
    _rotate[(len(x),)](x, cos, sin, positions, x.stride(0), HEADS=heads, SIZE=size, BLOCK=block)
    return x


def gate(both: torch.Tensor) -> torch.Tensor:
    """`silu` of the first half of each row, times the second."""
    size = both.shape[-1] // 2
    out = torch.empty(len(both), size, dtype=both.dtype, device=both.device)
    _gate[(len(both), -(-size // GATED))](both, out, SIZE=size, BLOCK=GATED)
    return out


class FusedGated:
    """A gated pair as one product of both and one kernel."""

    def __init__(self, gate: torch.Tensor, up: torch.Tensor) -> None:
        self.weight = torch.cat([gate, up])

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The gated product."""
        return gate(torch.nn.functional.linear(x, self.weight))
