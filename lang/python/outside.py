"""What a function sees from outside, taken while it is lowered, and whether it has changed since.

Called by `constants`, which alone reads names from outside; the answer of `is_stale` goes into `Lowered`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from .source import FunctionSource

PURE_GLOBALS = (str, int, float, bool)
"""Types of values from outside that may stand as constants in a plan."""


class Outside:
    """The names from outside that were taken, with what they meant."""

    def __init__(self) -> None:
        self._taken: dict[tuple[Callable[..., Any], str], tuple[FunctionSource, Any]] = {}

    def read(self, source: FunctionSource, name: str) -> tuple[Any] | None:
        """What a name from outside means, noted so that a later change of it is seen."""
        found = source.outer(name)
        if found is not None:
            kept = copy.copy(found[0]) if type(found[0]) in (list, dict) else found[0]
            self._taken[source.function, name] = (source, kept)
        return found

    def is_stale(self) -> bool:
        """Whether a name from outside means something else than when it was read."""
        for (_, name), (source, was) in self._taken.items():
            now = source.outer(name)
            if now is None or not _is_same(now[0], was):
                return True
        return False


def _is_same(now: Any, was: Any) -> bool:
    """Whether a name still means what it meant: plain values by value, everything else by identity."""
    if type(was) in (*PURE_GLOBALS, list, tuple, dict):
        return type(now) is type(was) and bool(now == was)
    return now is was
