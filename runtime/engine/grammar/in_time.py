"""A constraint whose masks take too long ends its request: everyone waits for the mask of each token.

Reading a text in every way that a grammar has for it takes exponential time where there are ever more of them. A
mask can't be interrupted, but none is begun once the time is used up.
"""

from __future__ import annotations

import time

from ...backend import BackendError
from .protocol import Bits, MakeMatcher, Matcher

START_S, TOKEN_S = 2.0, 0.05
"""Seconds for the masks of a request: to begin with, while they are computed for the first time, and for each token."""


def in_time(make: MakeMatcher | None) -> MakeMatcher | None:
    """Matchers of one request, which have so much time together."""
    if make is None:
        return None
    left = MaskTime()
    return lambda: Timed(make(), left)


class MaskTime:
    """How many seconds the masks of a request may still take."""

    def __init__(self) -> None:
        self.left = START_S

    def begin(self) -> float:
        """The time now. Raises BackendError where there is none left."""
        if self.left > 0:
            return time.thread_time()
        raise BackendError(
            "3102",
            "the masks of this constraint take too long: a text can be read in very many ways",
            "a grammar in which each text is read in one way is followed in good time",
        )

    def end(self, begun: float) -> None:
        """Take off what has passed."""
        self.left -= time.thread_time() - begun


class Timed:
    """A matcher that keeps count of the time that it takes."""

    def __init__(self, inner: Matcher, time: MaskTime) -> None:
        self._inner, self._time = inner, time

    @property
    def is_finished(self) -> bool:
        """Whether nothing but the end may follow."""
        return self._inner.is_finished

    @property
    def can_end(self) -> bool:
        """Whether what was taken so far is complete."""
        return self._inner.can_end

    def forced(self) -> tuple[int, ...]:
        """The tokens that must follow."""
        return self._inner.forced()

    def accept(self, token: int) -> int | None:
        """Take a token; what is written for it, or None if it is not allowed. Raises BackendError."""
        begun = self._time.begin()
        try:
            return self._inner.accept(token)
        finally:
            self._time.end(begun)

    def fill(self, bits: Bits) -> None:
        """Write which tokens are allowed now. Raises BackendError."""
        begun = self._time.begin()
        self._time.left += TOKEN_S
        try:
            self._inner.fill(bits)
        finally:
            self._time.end(begun)
