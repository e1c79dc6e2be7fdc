"""Draws the next token of many rows on a CUDA device, in one kernel: no sort, and nothing that the host waits for.

What top-k, nucleus and min-p leave of a distribution is always its likeliest tokens, so all that is looked for is a
threshold: the highest at which enough tokens, or enough of the mass, lie above. It is found digit by digit, sixteen
candidates a pass over the row (threshold sampling, as in FlashInfer's sorting-free kernels). Tokens as likely as the
last one are all kept. The noise then picks from what is left, in the order of the vocabulary.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import triton
import triton.language as tl

from ...ir.sampling import Sampling
from .transfers import send

BLOCK = 1024
WARPS = 8


@triton.jit
def draw_kernel(
    logits, index, numbers, vocab, logits_row, out, BLOCK: tl.constexpr, PASSES: tl.constexpr
):
    """One row: five numbers of its own say how. Weights are `exp((logit - highest) / temperature)`, so at most 1.

    As positive floats are ordered as their bits are, the threshold is searched among the bits: `low` is always low
    enough for what has to be kept.
    """
    row = tl.program_id(0)
    mine = logits + tl.load(index + row).to(tl.int64) * logits_row
    temperature = tl.load(numbers + row * 5)
    top_p = tl.load(numbers + row * 5 + 1)
    top_k = tl.load(numbers + row * 5 + 2)
    at = tl.arange(0, BLOCK)
    high = tl.full([BLOCK], float("-inf"), tl.float32)
    for first in range(0, vocab, BLOCK):
        here = first + at < vocab
        high = tl.maximum(
            high, tl.load(mine + first + at, mask=here, other=float("-inf")).to(tl.float32)
        )
    highest = tl.max(high, axis=0)
    scale = 1.4426950408889634 / temperature
    mass = 0.0
    for first in range(0, vocab, BLOCK):
        here = first + at < vocab
        logit = tl.load(mine + first + at, mask=here, other=float("-inf")).to(tl.float32)
        mass += tl.sum(tl.exp2((logit - highest) * scale), axis=0)
    is_filtered = (top_p < 1.0) | (top_k > 0.0)
    enough_mass = tl.where(top_p < 1.0, top_p * mass, float("inf"))
    enough_tokens = tl.where(top_k > 0.0, top_k, float("inf"))
    low, step = tl.full([], 1, tl.int32), tl.full([], 1 << 26, tl.int32)
    steps = tl.arange(0, 16)
    for _ in range(tl.where(is_filtered, PASSES, 0)):
        candidates = (low + steps * step).to(tl.float32, bitcast=True)
        above = tl.zeros([16], tl.float32)
        number = tl.zeros([16], tl.float32)
        for first in range(0, vocab, BLOCK):
            here = first + at < vocab
            logit = tl.load(mine + first + at, mask=here, other=float("-inf")).to(tl.float32)
            weight = tl.exp2((logit - highest) * scale)
            kept = weight[:, None] >= candidates[None, :]
            above += tl.sum(tl.where(kept, weight[:, None], 0.0), axis=0)
            number += tl.sum(kept.to(tl.float32), axis=0)
        is_enough = (above >= enough_mass) | (number >= enough_tokens)
        low += tl.max(tl.where(is_enough, steps, 0), axis=0) * step
        step = tl.maximum(step // 16, 1)
    min_p = tl.load(numbers + row * 5 + 3)  # read here: before the passes it would take a register
    threshold = tl.maximum(low.to(tl.float32, bitcast=True), min_p)
    left = 0.0
    for first in range(0, vocab, BLOCK):
        here = first + at < vocab
        logit = tl.load(mine + first + at, mask=here, other=float("-inf")).to(tl.float32)
        weight = tl.exp2((logit - highest) * scale)
        left += tl.sum(tl.where(weight >= threshold, weight, 0.0), axis=0)
    noise = tl.load(numbers + row * 5 + 4)
    goal, passed, token, last = noise * left, 0.0, vocab, 0
    for first in range(0, vocab, BLOCK):
        here = first + at < vocab
        logit = tl.load(mine + first + at, mask=here, other=float("-inf")).to(tl.float32)
        weight = tl.exp2((logit - highest) * scale)
        weight = tl.where(weight >= threshold, weight, 0.0)
        sums = passed + tl.cumsum(weight, axis=0)
        hit = (weight > 0.0) & (sums > goal)
        token = tl.minimum(token, tl.min(tl.where(hit, first + at, vocab), axis=0))
        last = tl.maximum(last, tl.max(tl.where(weight > 0.0, first + at, 0), axis=0))
        passed += tl.sum(weight, axis=0)
    tl.store(out + row, tl.where(token < vocab, token, last).to(tl.int64))


_draw: Any = draw_kernel


def draw(
    logits: torch.Tensor,
    rows: Sequence[int],
    samplings: Sequence[Sampling],
    noise: np.ndarray[Any, np.dtype[np.float64]],
) -> torch.Tensor:
    """A token for each of some rows of `logits`, `[rows, vocab]`, left on the device."""
    vocab, device = logits.shape[-1], logits.device
    numbers = [
        (s.temperature, s.top_p, s.top_k if 0 < s.top_k < vocab else 0, s.min_p) for s in samplings
    ]
    own = np.column_stack([np.array(numbers, np.float32), noise.astype(np.float32)])
    own[:, 4] = np.minimum(own[:, 4], np.float32(1 - 2**-24))  # a noise is below 1
    out = torch.empty(len(rows), dtype=torch.int64, device=device)
    _draw[(len(rows),)](
        logits,
        send(np.array(rows, np.int64), device),
        send(own, device),
        vocab,
        logits.stride(0),
        out,
        BLOCK=BLOCK,
        PASSES=8,  # 16 to the eighth is more than there are bit patterns up to 1
        num_warps=WARPS,
    )
    return out
