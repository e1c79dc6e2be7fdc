"""A grammar whose end nobody chooses: under `ignore_eos` the output goes on for as long as the grammar lets it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .protocol import Bits, MakeMatcher, Matcher, forbid


def to_the_end(make: MakeMatcher | None, ends: Iterable[int], vocab: int) -> MakeMatcher | None:
    """Matchers that never allow the `ends`, and are finished where nothing else may follow."""
    if make is None:
        return None
    tokens, width = tuple(ends), (vocab + 31) // 32
    return lambda: Endless(make(), tokens, width)


class Endless:
    """A matcher without its end tokens."""

    def __init__(self, inner: Matcher, ends: tuple[int, ...], width: int) -> None:
        self._inner, self._ends = inner, ends
        self._bits: Bits = np.zeros(width, dtype=np.int32)
        self._is_filled = False

    @property
    def is_finished(self) -> bool:
        """Whether nothing may follow."""
        if self._inner.is_finished:
            return True
        return self._inner.can_end and not self._allowed().any()

    @property
    def can_end(self) -> bool:
        """Whether what was taken so far is complete."""
        return self._inner.can_end

    def forced(self) -> tuple[int, ...]:
        """The tokens that must follow."""
        return self._inner.forced()

    def accept(self, token: int) -> int | None:
        """Take a token; what is written for it, or None, and nothing changed, if it is not allowed."""
        self._is_filled = False
        return None if token in self._ends else self._inner.accept(token)

    def fill(self, bits: Bits) -> None:
        """Write which tokens are allowed now."""
        np.copyto(bits, self._allowed())

    def _allowed(self) -> Bits:
        if not self._is_filled:
            self._inner.fill(self._bits)
            for end in self._ends:
                forbid(self._bits, end)
            self._is_filled = True
        return self._bits
