"""Penalties on a CUDA device: one kernel for all rows that have any, and one that counts their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import triton
import triton.language as tl

from .transfers import send

BLOCK = 1024
WARPS = 4


@triton.jit
def penalties_kernel(logits, index, said_at, numbers, vocab, logits_row, BLOCK: tl.constexpr):
    """A block of one row. `said_at` holds the address of each row's counts."""
    row = tl.program_id(0)
    mine = logits + tl.load(index + row).to(tl.int64) * logits_row
    said = tl.load(said_at + row).to(tl.pointer_type(tl.int32))
    repetition, frequency, presence = (
        tl.load(numbers + row * 3),
        tl.load(numbers + row * 3 + 1),
        tl.load(numbers + row * 3 + 2),
    )
    at = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    here = at < vocab
    logit = tl.load(mine + at, mask=here, other=0.0).to(tl.float32)
    count = tl.load(said + at, mask=here, other=0)
    scaled = tl.where(logit > 0, logit / repetition, logit * repetition)
    lowered = tl.where(count > 0, scaled, logit) - (count >> 1).to(tl.float32) * frequency
    tl.store(mine + at, lowered - tl.where(count > 1, presence, 0.0), mask=here)


@triton.jit
def count_kernel(tokens, index, said_at):
    """One row's token."""
    row = tl.program_id(0)
    token = tl.load(tokens + tl.load(index + row))
    mine = tl.load(said_at + row).to(tl.pointer_type(tl.int32)) + token
    tl.store(mine, tl.load(mine) + 2)


_penalties: Any = penalties_kernel
_count: Any = count_kernel


def launch(
    logits: torch.Tensor,
    places: Sequence[int],
    counts: Sequence[torch.Tensor],
    numbers: Sequence[tuple[float, float, float]],
) -> None:
    """Lower the logits of rows, in place. Nothing that the host waits for."""
    vocab, device = logits.shape[-1], logits.device
    _penalties[(len(places), triton.cdiv(vocab, BLOCK))](
        logits,
        send(np.array(places, np.int64), device),
        _addresses(counts, device),
        send(np.array(numbers, np.float32), device),
        vocab,
        logits.stride(0),
        BLOCK=BLOCK,
        num_warps=WARPS,
    )


def launch_counting(
    tokens: torch.Tensor, places: Sequence[int], counts: Sequence[torch.Tensor]
) -> None:
    """Note the tokens at some places for the rows that these counts are of."""
    index = send(np.array(places, np.int64), tokens.device)
    _count[(len(places),)](tokens, index, _addresses(counts, tokens.device), num_warps=1)


def _addresses(counts: Sequence[torch.Tensor], device: torch.device) -> torch.Tensor:
    return send(np.array([each.data_ptr() for each in counts], np.int64), device)
