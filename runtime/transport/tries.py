"""One request's tries: whether it is sent again, and after which wait."""

from __future__ import annotations

import asyncio
import random
import time

from ..backend import BackendError
from .pace import Pace
from .policy import Policy


class Tries:
    """What is left for a request: tries, and time until its deadline."""

    def __init__(self, policy: Policy, pace: Pace) -> None:
        self._policy, self._pace = policy, pace
        self._failures = 0
        self.ends = time.monotonic() + policy.deadline

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return max(0.0, self.ends - time.monotonic())

    async def again(self, error: BackendError) -> None:
        """Wait for the next try; raises the error where there is none, with how often it was tried."""
        self._failures += 1
        wait = self._wait(error)
        if error.transient is None or self._failures >= self._policy.tries or wait >= self.left:
            raise self._told(error)
        if error.transient == "rate limit" and error.retry_after is not None:
            self._pace.rest(wait)
        await asyncio.sleep(wait)

    def _wait(self, error: BackendError) -> float:
        delay = self._policy.delay(self._failures, random.random())
        if error.retry_after is None:
            return delay
        return max(
            delay if error.retry_after else 0.0, min(error.retry_after, self._policy.longest_wait)
        )

    def _told(self, error: BackendError) -> BackendError:
        if self._failures > 1:
            error.message += f" ({self._failures} tries)"
            error.args = (error.message,)
        return error
