"""The drawing kernel on the CPU, against a sort of each row. Run by `test_interpreted.py`."""

from typing import Any

import numpy as np
import pytest
import torch

from sglc.ir.sampling import Sampling
from sglc.runtime.engine.draw import draw
from sglc.runtime.engine.sampler import Row, Sampler

LIMITS: list[dict[str, Any]] = [
    {},
    {"top_p": 0.7},
    {"top_p": 0.02},
    {"top_p": 0.9999},
    {"top_k": 1},
    {"top_k": 7},
    {"top_k": 5000},
    {"min_p": 0.2},
    {"top_p": 0.8, "top_k": 40, "min_p": 0.01},
]


def kept(logits: torch.Tensor, s: Sampling) -> set[int]:
    """The likeliest tokens that all limits leave, by the definition."""
    p = torch.softmax(logits.double() / s.temperature, -1)
    values, order = p.sort(descending=True)
    keep = (values.cumsum(-1) - values < s.top_p) & (values >= s.min_p * values[0])
    if s.top_k > 0:
        keep &= torch.arange(len(p)) < s.top_k
    return set(order[keep].tolist())


def over_noise(logits: torch.Tensor, s: Sampling, count: int) -> list[int]:
    """Tokens for evenly spread noise, from 0 to nearly 1."""
    noise = np.append(np.arange(count - 1) / (count - 1), 1 - 2.0**-53)
    return draw(logits, [0] * count, [s] * count, noise).tolist()


@pytest.mark.parametrize(
    ("vocab", "limits"),
    [*((90, limits) for limits in LIMITS), (2500, LIMITS[1]), (2500, LIMITS[-1])],
)
def test_what_is_drawn_follows_what_is_left(vocab: int, limits: dict[str, Any]) -> None:
    logits = torch.randn(1, vocab, generator=torch.Generator().manual_seed(vocab)) * 4
    sampling = Sampling(temperature=0.8, **limits)
    wanted = kept(logits[0], sampling)
    found = over_noise(logits, sampling, 24)
    assert set(found) <= wanted
    assert found == sorted(found), "the noise runs along the vocabulary"
    p = torch.softmax(logits[0].double() / 0.8, -1)
    at = sorted(wanted)
    shares = p[at] / p[at].sum()
    counts = np.array([found.count(token) for token in at]) / 24
    assert np.abs(counts - shares.numpy()).max() < 0.085, "each has its share of the noise"


def test_tokens_as_likely_as_the_last_are_all_kept() -> None:
    found = over_noise(torch.zeros(1, 20), Sampling(temperature=1.0, top_p=0.5), 41)
    assert set(found) == set(range(20))


def test_what_is_masked_never_comes() -> None:
    logits = torch.full((1, 100), float("-inf"))
    logits[0, [17, 80]] = torch.tensor([1.0, 2.0])
    for limits in LIMITS[::3]:
        assert set(over_noise(logits, Sampling(temperature=1.0, **limits), 3)) <= {17, 80}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_rows_are_drawn_as_if_alone(dtype: torch.dtype) -> None:
    logits = (torch.randn(6, 300, generator=torch.Generator().manual_seed(1)) * 3).to(dtype)
    samplings = [Sampling(temperature=0.5 + i / 4, **LIMITS[i]) for i in range(6)]
    samplings[3] = Sampling()
    rows = [Row(s, seed=i, position=i) for i, s in enumerate(samplings)]
    sampler = Sampler(300, in_one_kernel=True)
    together = sampler.choose(logits, rows).tolist()
    alone = [sampler.choose(logits[i : i + 1], [row]).item() for i, row in enumerate(rows)]
    assert together == alone
    assert together[3] == logits[3].argmax()
    assert not any(sampler.looks(row) for row in rows)
