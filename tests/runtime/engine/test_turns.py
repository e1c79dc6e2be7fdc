"""Prompts and decoding in turns, as on a card: the same replies, no step with both, nobody kept waiting."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.batch import Segment
from sglc.runtime.engine.options import EngineOptions

from .asking import ask, gen, ids_of, prompt
from .test_pressure import check_nothing_leaked, workload

Make = Callable[..., EngineBackend]


def in_turns(backend: EngineBackend) -> list[str]:
    """Let prompts and decoding take turns; returns what the steps are, as they come."""
    scheduler: Any = backend.engine.scheduler
    scheduler.policy = replace(scheduler.policy, prefill_apart=True)
    kinds: list[str] = []
    decode, prefill, schedule = scheduler._decode, scheduler._prefill, scheduler.schedule

    def noting(kind: str, work: Callable[..., list[Segment]]) -> Callable[..., list[Segment]]:
        def noted(*arguments: int) -> list[Segment]:
            segments = work(*arguments)
            kinds[-1] += f" {kind}" if segments else ""
            return segments

        return noted

    def noted_step() -> list[Segment]:
        kinds.append("")
        return schedule()

    scheduler._decode = noting("decode", decode)
    scheduler._prefill = noting("prefill", prefill)
    scheduler.schedule = noted_step
    return kinds


@pytest.mark.parametrize("options", [{}, {"chunked_prefill_size": 16}, {"kv_cache_tokens": 140}])
def test_replies_are_the_same(make_backend: Make, options: dict[str, int]) -> None:
    requests = [request for request in workload() if hasattr(request, "seeds")]
    wanted = ids_of(ask(make_backend(**options), *requests))
    backend = make_backend(**options)
    in_turns(backend)
    assert ids_of(ask(backend, *requests)) == wanted
    check_nothing_leaked(backend)


def test_decoding_goes_on_between_the_chunks_of_a_prompt(make_backend: Make) -> None:
    backend = make_backend(chunked_prefill_size=20)
    kinds = in_turns(backend)
    ask(backend, gen(prompt(1, 10), 30), gen(prompt(2, 200), 4))
    assert set(kinds) <= {"", " decode", " prefill"}, "no step has both"
    first = kinds.index(" decode")
    last = max(i for i, kind in enumerate(kinds) if kind == " prefill")
    between = kinds[first:last]
    assert between
    assert all(a != b for a, b in pairwise(between)), "in turns"
    assert kinds.count(" prefill") >= 10


def test_a_card_takes_turns_and_large_chunks() -> None:
    options = EngineOptions()
    card, host = options.policy(on_card=True), options.policy()
    assert (card.prefill_apart, card.chunked_prefill_size) == (True, 4096)
    assert (host.prefill_apart, host.chunked_prefill_size) == (False, 512)
    assert EngineOptions(chunked_prefill_size=64).policy(on_card=True).chunked_prefill_size == 64
