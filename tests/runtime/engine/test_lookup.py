"""Prompt lookup: faster where text repeats, and never another text."""

from collections.abc import Callable

import numpy as np
import pytest

from sglc.runtime.backend import GenReply, GenRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine import generation
from sglc.runtime.engine.lookup import look_up

from .asking import ask, gen, ids_of, prompt

Make = Callable[..., EngineBackend]


def looked_up(ids: list[int], most: int = 4) -> list[int]:
    return look_up(np.array(ids, dtype=np.int32), most).tolist()


def test_what_followed_before_is_guessed() -> None:
    assert looked_up([1, 2, 3, 4, 5, 9, 2, 3]) == [4, 5, 9, 2]
    assert looked_up([1, 2, 3, 7, 2, 3, 8, 9, 2, 3], 2) == [8, 9]  # the last time counts
    assert looked_up([5, 1, 2, 3, 7, 0, 2, 3, 8, 1, 2, 3], 1) == [7]  # the longest run counts more
    assert looked_up([4, 4, 4, 4]) == [4]
    assert looked_up([1, 2, 3]) == []
    assert looked_up([1]) == []


def requests() -> list[GenRequest]:
    """Greedy and sampled; with samples, a short limit, penalties and a least length."""
    ids = prompt(1, 40)
    return [
        *(gen(ids[: 30 + i], 40) for i in range(4)),
        gen(ids, 25, seeds=(1, 2, 3), temperature=0.6, top_k=5),
        gen(ids, 25, seeds=(4,), temperature=0.7, logprobs=True),
        gen(ids, 25, repetition_penalty=1.2),
        gen(ids, 30, min_tokens=10, ignore_eos=False),
        gen(ids, 1),
    ]


class Oracle:
    """Stands in for `look_up`: knows the continuations, and is wrong at every fourth token."""

    def __init__(self, replies: list[GenReply]) -> None:
        asked = zip(requests(), replies, strict=True)
        self.texts = [
            request.ids + done.ids for request, reply in asked for done in reply.completions
        ]

    def __call__(self, ids: np.ndarray, most: int) -> np.ndarray:
        known = tuple(ids.tolist())
        text = next((t for t in self.texts if t[: len(known)] == known), known)
        right = text[len(known) : len(known) + most]
        return np.array(
            [t if n % 4 != 3 else (t + 1) % 250 for n, t in enumerate(right)], dtype=np.int32
        )


@pytest.mark.parametrize(
    "options", [{}, {"kv_cache_tokens": 150}, {"chunked_prefill_size": 7, "preempt_every": 5}]
)
@pytest.mark.parametrize("tokens", [1, 3, 6])
def test_texts_and_accounts_are_those_without_guessing(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch, options: dict[str, int], tokens: int
) -> None:
    plain = make_backend()
    wanted = ask(plain, *requests())
    monkeypatch.setattr(generation, "look_up", Oracle(wanted))
    guessing = make_backend(speculative_tokens=tokens, **options)
    found = ask(guessing, *requests())
    assert ids_of(found) == ids_of(wanted)
    for a, b in zip(found, wanted, strict=True):
        for x, y in zip(a.completions, b.completions, strict=True):
            assert x.finish == y.finish
            assert x.logprobs == pytest.approx(y.logprobs, abs=1e-3)
    metrics, scheduler = guessing.metrics(), guessing.engine.scheduler
    assert metrics.guessed_right > 20
    assert scheduler.slots.held == scheduler.cache.tokens
    assert scheduler.cache.locked_tokens == 0
    if not options:
        assert [r.usage.decoded for r in found] == [r.usage.decoded for r in wanted]
        assert guessing.engine.times.forwards < plain.engine.times.forwards


def test_without_a_guess_nothing_is_lost(make_backend: Make) -> None:
    counts = []
    for tokens in (0, 4):
        backend = make_backend(speculative_tokens=tokens)
        for request in requests():  # one at a time: who shares a forward depends on who comes when
            ask(backend, request)
        counts.append(backend.engine.times.forwards)
    assert 0 < counts[1] <= counts[0]
