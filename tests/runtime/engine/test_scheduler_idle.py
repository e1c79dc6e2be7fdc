"""Speculative prefills run on idle slots: after everyone else, in free memory, and never in anyone's way."""

import asyncio

import pytest

from sglc.runtime.backend import BackendError, PrefillRequest
from sglc.runtime.backends.engine import EngineBackend

from .asking import ask, gen, prompt
from .test_pressure import Make, check_nothing_leaked


def guess(ids: tuple[int, ...]) -> PrefillRequest:
    return PrefillRequest(ids, speculative=True)


def test_a_guess_waits_until_nobody_else_does(make_backend: Make) -> None:
    backend = make_backend(max_running_requests=1, chunked_prefill_size=16)
    order: list[str] = []

    async def note(name: str, work: object) -> None:
        await work  # type: ignore[misc]
        order.append(name)

    async def run() -> None:
        first = asyncio.create_task(note("first", backend.generate(gen(prompt(1, 60), 6))))
        await asyncio.sleep(0)
        guessed = asyncio.create_task(note("guess", backend.prefill(guess(prompt(2, 40)))))
        await asyncio.sleep(0)
        later = [
            asyncio.create_task(note("later", backend.generate(gen(prompt(seed, 30), 3))))
            for seed in (3, 4)
        ]
        await asyncio.gather(first, guessed, *later)

    asyncio.run(run())
    assert order == ["first", "later", "later", "guess"]
    assert ask(backend, gen((*prompt(2, 40), 1), 1))[0].usage.cached == 40
    check_nothing_leaked(backend)


def test_a_guess_evicts_nobody(make_backend: Make) -> None:
    backend = make_backend(kv_cache_tokens=120)
    ask(backend, gen(prompt(1, 100), 1))
    with pytest.raises(BackendError, match="idle"):
        asyncio.run(backend.prefill(guess(prompt(2, 60))))
    assert ask(backend, gen((*prompt(1, 100), 1), 1))[0].usage.cached == 100
    check_nothing_leaked(backend)


def test_a_guess_that_comes_true_is_shared(make_backend: Make) -> None:
    """The call that it was for comes while it is computed: nothing is computed twice."""
    backend = make_backend(chunked_prefill_size=8)
    ids = prompt(5, 80)

    async def run() -> int:
        guessed = asyncio.create_task(backend.prefill(guess(ids)))
        await asyncio.sleep(0.005)
        reply = await backend.generate(gen((*ids, 1), 2))
        await guessed
        return reply.usage.prefilled

    asyncio.run(run())
    assert backend.metrics().tokens["prefilled"] == 81
    check_nothing_leaked(backend)


def test_a_guess_can_be_given_up(make_backend: Make) -> None:
    backend: EngineBackend = make_backend(chunked_prefill_size=1)

    async def run() -> None:
        guessed = asyncio.create_task(backend.prefill(guess(prompt(6, 300))))
        await asyncio.sleep(0.01)
        guessed.cancel()
        await asyncio.gather(guessed, return_exceptions=True)
        await backend.generate(gen(prompt(7, 5), 1))
        while backend.engine.scheduler.has_work:
            await asyncio.sleep(0.005)

    asyncio.run(run())
    check_nothing_leaked(backend)
