"""How much work a project may be: steps in all, steps for each function, and what each start gets of them.

A function is followed from every class that inherits it, as one turn and as the next, and again once others have been
followed. Each start is bounded by itself; without a bound for their sum, a class with thirty heirs would take thirty
times as long as one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

MAX_STEPS = 15_000
"""Nodes that are evaluated from one start; each call gets half of those that are left."""

OF_ONE = 3 * MAX_STEPS
"""Those from all starts at one function."""

OF_ALL = 4_000_000
"""Those of a project. While more than `SHARES` full starts are left, nobody gets less for it."""

SHARES = 100

LEAST = 500
"""What each start gets, however little is left, so that nothing goes unseen: enough for a short function."""


@dataclass(slots=True)
class Budget:
    """The steps that are left, and those that were taken from each function by its node's number."""

    left: int = OF_ALL
    taken: Counter[int] = field(default_factory=Counter[int])

    def start(self, most: int = MAX_STEPS, function: int | None = None) -> int:
        """How many steps a start may take."""
        fair = max(self.left // SHARES, LEAST)
        if function is None:
            return min(most, fair)
        return min(most, fair, max(OF_ONE - self.taken[function], LEAST))

    def take(self, steps: int, function: int | None = None) -> None:
        """Note what a start took."""
        self.left = max(self.left - steps, 0)
        if function is not None:
            self.taken[function] += steps
