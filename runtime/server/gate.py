"""How much is worked on at a time: so many prompts and samples, so many requests that wait, and no more."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..executor.concurrency import WeightLimit
from .limits import Limits
from .refusal import Refusal


class Gate:
    """First come, first served. `close` refuses what comes from then on; what is inside goes on."""

    def __init__(self, limits: Limits) -> None:
        self._limit = WeightLimit(limits.running)
        self._most_waiting, self._room = limits.waiting, limits.running
        self._usual_s = 1.0  # how long requests took of late
        self._is_closed = False
        self.waiting = 0
        self.inside = 0

    @asynccontextmanager
    async def hold(self, weight: int) -> AsyncIterator[None]:
        """Wait for room of `weight` prompts or samples, and hold it. Raises Refusal (429, 503)."""
        self._check()
        self.waiting += 1
        is_waiting = True
        try:
            async with self._limit.hold(weight):
                self.waiting -= 1
                is_waiting = False
                async with self._inside():
                    yield
        finally:
            self.waiting -= is_waiting

    def close(self) -> None:
        """Let nobody in any more."""
        self._is_closed = True

    @property
    def is_closed(self) -> bool:
        """Whether the server is being stopped."""
        return self._is_closed

    @asynccontextmanager
    async def _inside(self) -> AsyncIterator[None]:
        began = time.monotonic()
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1
            self._usual_s += 0.1 * (time.monotonic() - began - self._usual_s)

    def _check(self) -> None:
        if self._is_closed:
            raise Refusal(503, "shutting_down", "the server is being stopped", retry_after=5)
        if self._limit.is_full and self.waiting >= self._most_waiting:
            turns = (self.waiting + self.inside) / self._room
            raise Refusal(
                429,
                "queue_full",
                f"{self.waiting} requests wait already",
                "come again later",
                retry_after=max(1, math.ceil(self._usual_s * turns)),
            )
