"""The weighted limit, and tasks that stand and fall together."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sglc.runtime.executor.concurrency import WeightLimit, run_together


@settings(deadline=None)
@given(st.integers(1, 8), st.lists(st.tuples(st.integers(1, 12), st.integers(0, 5)), max_size=30))
def test_the_limit_holds_and_nothing_starves(limit, work):
    running, peak, finished = 0, 0, []

    async def one(number: int, weight: int, rounds: int) -> None:
        nonlocal running, peak
        async with gate.hold(weight):
            running += min(weight, limit)
            peak = max(peak, running)
            for _ in range(rounds):
                await asyncio.sleep(0)
            running -= min(weight, limit)
            finished.append(number)

    async def all_of_it() -> None:
        await asyncio.gather(*(one(i, w, r) for i, (w, r) in enumerate(work)))

    gate = WeightLimit(limit)
    asyncio.run(all_of_it())
    assert peak <= limit
    assert sorted(finished) == list(range(len(work)))
    assert (
        peak <= gate.peak <= limit
    )  # the gate counts from when it lets someone in, before that one runs


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_a_cancelled_waiter_gives_its_room_back(cancelled):
    async def hold(gate: WeightLimit) -> None:
        async with gate.hold(2):
            await asyncio.sleep(0)

    async def main() -> None:
        gate = WeightLimit(2)
        tasks = [asyncio.ensure_future(hold(gate)) for _ in cancelled]
        await asyncio.sleep(0)
        for task, cancel in zip(tasks, cancelled, strict=True):
            if cancel:
                task.cancel()
        await asyncio.wait(tasks)
        async with gate.hold(2):  # all of it is free again
            pass

    asyncio.run(asyncio.wait_for(main(), 5))


def test_it_is_full_when_nothing_is_left_and_when_others_wait_for_more():
    async def main() -> None:
        gate = WeightLimit(2)
        assert not gate.is_full
        async with gate.hold(2):
            assert gate.is_full
        async with gate.hold(1):
            assert not gate.is_full
            waiting = asyncio.ensure_future(gate.hold(2).__aenter__())
            await asyncio.sleep(0)
            assert gate.is_full
        await waiting

    asyncio.run(asyncio.wait_for(main(), 5))


def test_results_come_in_order():
    async def after(rounds: int) -> int:
        for _ in range(rounds):
            await asyncio.sleep(0)
        return rounds

    assert asyncio.run(run_together([after(3), after(0), after(1)])) == [3, 0, 1]


def test_the_first_failure_cancels_the_rest_and_the_earliest_is_raised():
    log: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    async def fail(message: str) -> None:
        await asyncio.sleep(0)
        raise ValueError(message)

    with pytest.raises(ValueError, match="first"):
        asyncio.run(run_together([forever(), fail("first"), fail("second"), forever()]))
    assert log == ["cancelled", "cancelled"]
