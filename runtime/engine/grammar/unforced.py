"""A grammar whose forced text is decoded token by token, as everything else is.

What a declared type forces is appended in one extend only where the compiler spliced it
(`splice-forced`); otherwise each of its tokens takes a decode step, in which it is the only one
that is allowed. The tokens are the same.
"""

from __future__ import annotations

from ....ir.sampling import Constraint
from .protocol import Bits, MakeMatcher, Matcher


def decoded_as_asked(make: MakeMatcher | None, constraint: Constraint | None) -> MakeMatcher | None:
    """Matchers of a declared type that was not spliced force nothing; all others stay as they are."""
    if make is None or constraint is None:
        return make
    if constraint.kind != "type" or constraint.style == "spliced":
        return make
    return lambda: Stepwise(make())


class Stepwise:
    """A matcher that leaves forced tokens to the mask."""

    def __init__(self, inner: Matcher) -> None:
        self._inner = inner

    @property
    def is_finished(self) -> bool:
        """Whether nothing but the end may follow."""
        return self._inner.is_finished

    @property
    def can_end(self) -> bool:
        """Whether what was taken so far is complete."""
        return self._inner.can_end

    def forced(self) -> tuple[int, ...]:
        """Nothing is taken for granted."""
        return ()

    def accept(self, token: int) -> int | None:
        """Take a chosen token; returns the one that is written for it, None if it is not allowed."""
        return self._inner.accept(token)

    def fill(self, bits: Bits) -> None:
        """Write which tokens are allowed now."""
        self._inner.fill(bits)
