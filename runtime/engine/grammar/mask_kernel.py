"""Masks on a CUDA device: one kernel writes -inf over what the grammars of some rows do not allow.

The logits stay where they are, and nothing waits for the device: masks are made while a forward is computed. Every
grammar backend's masks take this way, so that none compiles a kernel of its own in the middle of serving.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import triton
import triton.language as tl

from ..transfers import send
from .protocol import Bits

BLOCK = 4096
WARPS = 4


@triton.jit
def mask_kernel(logits, bits, rows, vocab, width, logits_row, BLOCK: tl.constexpr):
    """A block of one row, whose bits are `width` numbers of 32."""
    number = tl.program_id(0)
    at = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    here = at < vocab
    word = tl.load(bits + number * width + at // 32, mask=here, other=-1)
    is_allowed = (word >> (at % 32)) & 1
    mine = logits + tl.load(rows + number).to(tl.int64) * logits_row
    tl.store(mine + at, float("-inf"), mask=here & (is_allowed == 0))


_mask: Any = mask_kernel


def launch(logits: torch.Tensor, bits: Bits, rows: Sequence[int]) -> None:
    """Mask some rows of `logits`, `[rows, vocab]`, in place; `bits`: one row of masks for each."""
    width = bits.shape[1]
    vocab, device = min(logits.shape[-1], 32 * width), logits.device
    _mask[(len(rows), triton.cdiv(vocab, BLOCK))](
        logits,
        send(bits, device),
        send(np.array(rows, np.int64), device),
        vocab,
        width,
        logits.stride(0),
        BLOCK=BLOCK,
        num_warps=WARPS,
    )
