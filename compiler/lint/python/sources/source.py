"""What a source of something volatile gives: its cause, its lifetime, and when it only converts what it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...finding import Cause
from ...layout import DAY, REQUEST, SESSION, TURN


@dataclass(frozen=True, slots=True)
class Source:
    """What a call gives: the cause, and the rank of its lifetime.

    `converts`: with so many arguments it only writes down what it is given; 0 where it never does.
    `asks`: the words that its first argument has to be for it to be a source at all; empty where any will do.
    """

    cause: Cause
    rank: int = REQUEST
    converts: int = 0
    asks: frozenset[str] = frozenset()


CLOCK = Source(Cause.CLOCK)
DATE = Source(Cause.DATE, DAY)
RANDOM = Source(Cause.RANDOM)
SAMPLED = Source(Cause.SAMPLED)
SIGNED = Source(Cause.SIGNED)
HOST = Source(Cause.HOST, SESSION)
LOAD = Source(Cause.HOST, REQUEST)
"""What the machine does right now."""

COMMAND = Source(Cause.HOST, TURN)
"""What a command prints."""

FOUND = Source(Cause.RETRIEVED)
COUNTED = Source(Cause.STATE)
"""How much a queue or a store holds right now."""

ADDRESS = Source(Cause.ADDRESS, SESSION)


FAILURE = Source(Cause.STATE)
"""What went wrong last, and where."""


def clock_of(converts: int) -> Source:
    """A clock that writes a time down where it is given one."""
    return Source(Cause.CLOCK, converts=converts)


ASKED_NOW = Source(Cause.CLOCK, asks=frozenset({"now", "today"}))
"""What makes a time of a word."""


def named(module: str, names: str | Iterable[str], source: Source) -> Mapping[str, Source]:
    """A row of a table: functions of one module that give the same."""
    each = names.split() if isinstance(names, str) else names
    return {f"{module}.{name}": source for name in each}
