"""Sampling: each parameter does what it says, and no row depends on another."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from sglc.ir.sampling import Sampling
from sglc.runtime.engine.sampler import Row, Sampler, likeliest, uniform

VOCAB = 1000


def row(seed: int = 0, position: int = 0, **parameters: Any) -> Row:
    return Row(Sampling(**parameters), seed, position)


def logits(rows: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(rows, VOCAB, generator=torch.Generator().manual_seed(seed)) * 3


def draws(count: int, values: torch.Tensor, **parameters: Any) -> list[int]:
    """Many samples of one distribution."""
    rows = [row(i, i % 7, **parameters) for i in range(count)]
    return [s.token for s in Sampler(VOCAB).sample(values.expand(count, -1).clone(), rows)]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
@pytest.mark.parametrize("vocab", [1000, 1024, 49152, 64 * 501])
def test_the_first_of_the_highest_is_found(vocab: int, dtype: torch.dtype) -> None:
    values = torch.randint(-9, 9, (40, vocab), generator=torch.Generator().manual_seed(vocab))
    values[torch.arange(40), torch.randint(vocab, (40,))] = 9  # most rows: one, or ties
    first = [row.index(max(row)) for row in values.tolist()]
    assert likeliest(values.to(dtype)).tolist() == first


def test_uniform_numbers_are_uniform_and_repeat() -> None:
    numbers = uniform(range(20_000), [3] * 20_000)
    assert abs(numbers.mean() - 0.5) < 0.01
    assert abs(np.histogram(numbers, 10, (0, 1))[0] / 2000 - 1).max() < 0.15
    assert (numbers == uniform(range(20_000), [3] * 20_000)).all()
    assert len(set(uniform([5] * 1000, range(1000)))) == 1000
    assert uniform([2**70 - 1, -1], [0, 0]).shape == (2,)


def test_greedy_takes_the_likeliest() -> None:
    values = logits(4)
    rows = [row(), row(temperature=1.0, top_k=1), row(logprobs=True), row(repetition_penalty=1.0)]
    assert [s.token for s in Sampler(VOCAB).sample(values.clone(), rows)] == values.argmax(
        -1
    ).tolist()


def test_samples_follow_the_distribution() -> None:
    values = torch.full((1, VOCAB), -20.0)
    values[0, :4] = torch.tensor([0.1, 0.2, 0.3, 0.4]).log()
    for temperature in (1.0, 0.5):
        expected = torch.softmax(values[0, :4] / temperature, -1)
        counts = np.bincount(draws(8000, values, temperature=temperature), minlength=4)[:4]
        assert np.abs(counts / 8000 - expected.numpy()).max() < 0.02


@pytest.mark.parametrize("width", [VOCAB, 600])
def test_filters_keep_the_likeliest(width: int) -> None:
    values = logits(1)[:, :width]
    ranked = values[0].argsort(descending=True).tolist()
    probabilities = values[0].softmax(-1)
    nucleus = int((probabilities.sort(descending=True).values.cumsum(-1) < 0.7).sum()) + 1
    allowed = {"top_k": set(ranked[:5]), "top_p": set(ranked[:nucleus])}
    allowed["min_p"] = set((probabilities >= 0.2 * probabilities.max()).nonzero()[:, 0].tolist())
    found = {
        "top_k": draws(2000, values, temperature=1.0, top_k=5),
        "top_p": draws(2000, values, temperature=1.0, top_p=0.7),
        "min_p": draws(2000, values, temperature=1.0, min_p=0.2),
    }
    for name, tokens in found.items():
        assert set(tokens) <= allowed[name]
        assert len(set(tokens)) > 1


def test_a_nucleus_wider_than_the_candidates_is_whole() -> None:
    flat = torch.zeros(1, VOCAB)
    assert len(set(draws(6000, flat, temperature=1.0, top_p=0.99))) > 900


def test_a_row_does_not_depend_on_those_beside_it() -> None:
    values = logits(6)
    mixed = [
        row(1, temperature=1.0),
        row(2, temperature=0.7, top_p=0.8),
        row(3),
        row(4, temperature=1.3, top_k=9),
        row(5, temperature=1.0, min_p=0.05),
        row(6, logprobs=True, top_logprobs=3),
    ]
    together = Sampler(VOCAB).sample(values.clone(), mixed)
    apart = [Sampler(VOCAB).sample(values[i : i + 1].clone(), [r])[0] for i, r in enumerate(mixed)]
    assert [s.token for s in together] == [s.token for s in apart]


def test_penalties() -> None:
    def penalized(**parameters: Any) -> int:
        one = row(**parameters)
        seven, eight = (np.array([token], dtype=np.int32) for token in (7, 8))
        one.start_counting(seven, eight, VOCAB, torch.device("cpu"))
        one.count(6, noted=8)  # taken back: something else was written
        one.count(8, noted=6)
        one.count(8)
        values = torch.zeros(1, VOCAB)
        values[0, 7], values[0, 8], values[0, 9] = 2.0, 2.5, 1.5
        return Sampler(VOCAB).sample(values, [one])[0].token

    assert penalized() == 8
    assert penalized(frequency_penalty=0.3) == 7  # twice 0.3 off the 8, the prompt does not count
    assert penalized(presence_penalty=0.6) == 7
    assert penalized(repetition_penalty=2.0) == 9  # the prompt counts


def test_banned_tokens_never_come() -> None:
    values = torch.zeros(2, VOCAB)
    values[:, 3] = 9.0
    rows = [row(), row(temperature=1.0)]
    for one in rows:
        one.banned = (3,)
    assert all(s.token != 3 for s in Sampler(VOCAB).sample(values, rows))


def test_logprobs_are_the_models_own() -> None:
    values = logits(1)
    one = row(temperature=0.5, top_k=3, logprobs=True, top_logprobs=4)
    (sampled,) = Sampler(VOCAB).sample(values.clone(), [one])
    expected = values[0].log_softmax(-1)
    assert math.isclose(sampled.logprob, expected[sampled.token].item(), abs_tol=1e-5)
    assert [token for token, _ in sampled.top] == expected.topk(4).indices.tolist()


class Whole(TorchDispatchMode):
    """How many rows of the vocabulary each operation sorts, or makes float64 numbers of."""

    def __init__(self) -> None:
        super().__init__()
        self.sorted: list[int] = []
        self.doubled: list[int] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        first = out[0] if isinstance(out, tuple) else out
        if isinstance(first, torch.Tensor) and first.shape[-1:] == (VOCAB,):
            if "sort" in func.__name__:
                self.sorted.append(len(first))
            if first.dtype == torch.float64:
                self.doubled.append(len(first))
        return out


def test_one_wide_nucleus_changes_no_other_row() -> None:
    """Only it is sorted whole; the others are drawn from the candidates that were looked at first."""
    values = logits(3) * 3
    values[1] = 0.0
    rows = [row(i, temperature=1.0, top_p=0.95) for i in range(3)]
    with Whole() as whole:
        together = Sampler(VOCAB).sample(values.clone(), rows)
    assert whole.sorted == [1]
    assert set(whole.doubled) == {1}
    alone = [Sampler(VOCAB).sample(values[i : i + 1].clone(), [rows[i]])[0] for i in range(3)]
    assert together == alone
