"""Penalties: what was said, and what stood in the prompt, counts against saying it again.

A row's counts stay on the device: one number a token of the vocabulary, twice as often as the token was generated, and
odd where it stands in the prompt. So a token that the host has not read can be counted, and the next be chosen. They
are made when its first token is due, and end with its last: who waits takes no memory of the device. On a CUDA device
one kernel reads each logit once, whatever penalties a row has, and one counts; elsewhere torch does the same in
several.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from ...ir.sampling import Sampling
from .transfers import send


def counts_of(
    prompt: NDArray[np.int32], generated: NDArray[np.int32], vocab: int, device: torch.device
) -> torch.Tensor:
    """The counts of a row, `[vocab]`."""
    counts = np.zeros(vocab, dtype=np.int32)
    counts[prompt] = 1
    np.add.at(counts, generated, 2)
    return send(counts, device)


def settings(sampling: Sampling) -> tuple[float, float, float]:
    """The three penalties of a row: repetition, frequency, presence."""
    return (sampling.repetition_penalty, sampling.frequency_penalty, sampling.presence_penalty)


def penalize(
    logits: torch.Tensor,
    places: Sequence[int],
    counts: Sequence[torch.Tensor],
    samplings: Sequence[Sampling],
    in_one_kernel: bool = False,
) -> None:
    """Lower the logits at some rows of `[rows, vocab]` by what was said there, in place."""
    numbers = list(map(settings, samplings))
    if in_one_kernel:
        from .penalties_kernel import launch

        launch(logits, places, counts, numbers)
        return
    said = torch.stack(list(counts))
    repetition, frequency, presence = torch.tensor(numbers, device=logits.device).T[..., None]
    part = logits[places]
    scaled = torch.where(part > 0, part / repetition, part * repetition)
    produced = said >> 1
    part = torch.where(said > 0, scaled, part) - produced * frequency - (produced > 0) * presence
    logits[places] = part.to(logits.dtype)


def count(
    tokens: torch.Tensor,
    places: Sequence[int],
    counts: Sequence[torch.Tensor],
    in_one_kernel: bool = False,
) -> None:
    """Note a generated token for each of some rows, `tokens[places]`, without a look at them."""
    if in_one_kernel:
        from .penalties_kernel import launch_counting

        launch_counting(tokens, places, counts)
        return
    for place, mine in zip(places, counts, strict=True):
        token = tokens[place : place + 1]
        mine.index_add_(0, token, torch.full_like(token, 2, dtype=torch.int32))
