"""Warm-ups under way: who waits for them, and when they are over."""

import asyncio
from contextlib import ExitStack

from sglc.runtime.executor.warming import Warming

HEAD = (1, 2, 3)


async def is_over(warming: Warming, ids: tuple[int, ...]) -> bool:
    """Whether a call of these ids may go on at once."""
    try:
        await asyncio.wait_for(warming.over(ids), timeout=0.01)
    except TimeoutError:
        return False
    return True


def test_a_call_waits_for_what_it_begins_with_and_for_nothing_else() -> None:
    async def run() -> None:
        warming = Warming(finds=False)
        with warming.of(HEAD):
            assert not await is_over(warming, HEAD)
            assert not await is_over(warming, (*HEAD, 4))
            assert await is_over(warming, HEAD[:2])
            assert await is_over(warming, (1, 2, 4, 5))
        assert await is_over(warming, (*HEAD, 4))

    asyncio.run(run())


def test_what_is_warmed_twice_is_over_when_the_later_one_is() -> None:
    async def run() -> None:
        warming = Warming(finds=False)
        with ExitStack() as later:
            with warming.of(HEAD):
                later.enter_context(warming.of(HEAD))
            assert not await is_over(warming, HEAD)
        assert await is_over(warming, HEAD)

    asyncio.run(run())


def test_one_that_fails_is_over() -> None:
    async def run() -> None:
        warming = Warming(finds=False)
        try:
            with warming.of(HEAD):
                raise RuntimeError
        except RuntimeError:
            assert await is_over(warming, HEAD)

    asyncio.run(run())


def test_a_server_that_finds_what_is_under_way_is_waited_for_by_nobody() -> None:
    async def run() -> None:
        warming = Warming(finds=True)
        with warming.of(HEAD):
            assert await is_over(warming, HEAD)

    asyncio.run(run())
