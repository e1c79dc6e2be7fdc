"""Time that passes only when nothing else can happen: the mock's seconds cost no seconds.

Sleepers are woken in the order of their times, each once the event loop has come to rest, so that a run's
times depend on its work and not on the machine.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools

REST = 8
"""Rounds of the event loop without a new sleeper after which it counts as at rest."""


class VirtualClock:
    """A clock for one event loop at a time; calling it gives the time in seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = itertools.count()
        self._pump: asyncio.Task[None] | None = None

    def __call__(self) -> float:
        return self.now

    async def sleep_until(self, time: float) -> None:
        """Return when that time has come."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._sleepers, (time, next(self._number), turn))
        if self._pump is None or self._pump.done() or self._pump.get_loop() is not loop:
            self._pump = loop.create_task(self._run())
        await turn

    async def _run(self) -> None:
        while self._sleepers:
            await self._rest()
            time = self._sleepers[0][0]
            self.now = max(self.now, time)
            while self._sleepers and self._sleepers[0][0] <= time:
                turn = heapq.heappop(self._sleepers)[2]
                if not turn.done():
                    turn.set_result(None)

    async def _rest(self) -> None:
        """Wait until no new sleeper has come for a while."""
        quiet, known = 0, len(self._sleepers)
        while quiet < REST:
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._sleepers) == known else 0
            known = len(self._sleepers)
