"""Rate limits: no more requests and tokens a minute than a service allows, and a rest when it says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

BURST = 10.0
"""Seconds' worth of a limit that may be used at once."""


@dataclass(slots=True)
class Allowance:
    """What may be used: it fills up at a rate; a large request may use more than there is, and is waited for after."""

    a_minute: float
    left: float = 0.0
    at: float = 0.0

    def wait_for(self, amount: float, now: float) -> float:
        """Use `amount`, and return for how many seconds to wait before."""
        rate = self.a_minute / 60
        most = max(1.0, rate * BURST)
        self.left = min(most, self.left + (now - self.at) * rate) if self.at else most
        self.at = now
        owed = max(0.0, min(amount, most) - self.left)
        self.left -= amount
        return owed / rate


@dataclass(slots=True)
class Pace:
    """When the next request may be sent. `requests` and `tokens` a minute; None is no limit."""

    requests: float | None = None
    tokens: float | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = asyncio.sleep
    _limits: list[tuple[Allowance, bool]] = field(init=False)
    _rests_until: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        given = ((self.requests, False), (self.tokens, True))
        if any(limit is not None and limit <= 0 for limit, _ in given):
            raise ValueError("a rate limit is more than 0 a minute")
        self._limits = [(Allowance(limit), counts) for limit, counts in given if limit is not None]

    async def wait(self, tokens: int) -> None:
        """Return when a request of so many tokens may be sent."""
        now = self.clock()
        waits = [limit.wait_for(tokens if counts else 1, now) for limit, counts in self._limits]
        seconds = max((*waits, self._rests_until - now))
        if seconds > 0:
            await self.sleep(seconds)  # type: ignore[misc]

    def rest(self, seconds: float) -> None:
        """The server wants no request for so long."""
        self._rests_until = max(self._rests_until, self.clock() + seconds)
