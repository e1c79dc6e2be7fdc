"""Small asyncio pieces of the executor: a weighted limit on work in flight, and joint tasks.

No threads and no locks: everything here runs on one event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class WeightLimit:
    """At most `limit` units of work at a time, first come first served.

    Work heavier than the limit runs alone rather than never.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError("the limit on calls in flight must be at least 1")
        self._limit = limit
        self._free = limit
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self.peak = 0

    @property
    def is_full(self) -> bool:
        """Whether more work would have to wait."""
        return self._free < 1 or bool(self._waiting)

    @asynccontextmanager
    async def hold(self, weight: int) -> AsyncIterator[None]:
        """Hold `weight` units while the body runs."""
        weight = min(max(weight, 1), self._limit)
        await self._take(weight)
        try:
            yield
        finally:
            self._free += weight
            self._wake()

    async def _take(self, weight: int) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((weight, turn))
        self._wake()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._free += weight
            elif (weight, turn) in self._waiting:
                self._waiting.remove((weight, turn))
            self._wake()
            raise

    def _wake(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._free:
            weight, turn = self._waiting.popleft()
            if turn.cancelled():
                continue
            self._free -= weight
            self.peak = max(self.peak, self._limit - self._free)
            turn.set_result(None)


async def run_together(work: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Run all at once; results in order. The first failure cancels the rest.

    When several have failed by then, the earliest in order is raised, so that a run that fails
    twice at once fails with the same error every time.
    """
    tasks = [asyncio.ensure_future(each) for each in work]
    if not tasks:
        return []
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await cancel_all(tasks)
    errors = [task.exception() for task in tasks if not task.cancelled()]
    for error in filter(None, errors):
        raise error
    return [task.result() for task in tasks]


async def cancel_all(tasks: Sequence[asyncio.Future[Any]]) -> None:
    """Cancel what still runs and wait until it has stopped."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)
