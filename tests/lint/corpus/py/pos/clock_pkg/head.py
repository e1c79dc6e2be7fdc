"""The head."""

from typing import Protocol

import pendulum


class Clock(Protocol):
    def read(self) -> str: ...


class WallClock:
    def read(self) -> str:
        return pendulum.now("UTC").to_time_string()  # want: PFX101


RULES = "Wake the guests. Say the weather. Offer tea. " * 100


def build_head(clock: Clock | None = None) -> str:
    clock = clock or WallClock()
    return "\n".join(("Time: " + clock.read(), RULES))
