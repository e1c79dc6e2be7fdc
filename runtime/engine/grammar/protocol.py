"""The protocol of constrained decoding: matchers that follow one sequence each, and bits that say what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.int32]
"""One bit per token of the vocabulary, 32 to a number, the lowest first."""


class ConstraintUnusable(Exception):
    """A constraint that a backend can't follow; the message says which and why, `help` what to do."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


class Matcher(Protocol):
    """Follows one sequence through a grammar."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing but the end may follow."""
        ...

    @property
    def can_end(self) -> bool:
        """Whether what was taken so far is complete."""
        ...

    def forced(self) -> tuple[int, ...]:
        """The tokens that must follow whatever the model thinks. They still have to be accepted."""
        ...

    def accept(self, token: int) -> int | None:
        """Take a chosen token; returns the one that is written for it, mostly the same.

        None, and nothing changed, if the grammar does not allow it.
        """
        ...

    def fill(self, bits: Bits) -> None:
        """Write which tokens are allowed now; an end token is, where the output may end."""
        ...


MakeMatcher = Callable[[], Matcher]


def allow(bits: Bits, token: int) -> None:
    """Set one token's bit."""
    bits.view(np.uint32)[token >> 5] |= np.uint32(1 << (token & 31))


def forbid(bits: Bits, token: int) -> None:
    """Clear one token's bit."""
    bits.view(np.uint32)[token >> 5] &= np.uint32(~(1 << (token & 31)) & 0xFFFFFFFF)


def is_allowed(bits: Bits, token: int) -> bool:
    """Read one token's bit."""
    return bool(bits.view(np.uint32)[token >> 5] >> np.uint32(token & 31) & np.uint32(1))
