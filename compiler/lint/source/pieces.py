"""Pieces of a prompt: fixed text, and values with how long they stay the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..finding import Cause, Evidence, Place
from ..layout import CONST, RELEASE, SESSION, Segment
from ..tokens import Counter
from .known import Known

STABLE_TOKENS = 200
"""What a value counts that stays for a release, and whose text isn't known."""


def fixed(text: str, counter: Counter, region: str) -> Segment:
    """A text that stands in the program."""
    return Segment(CONST, text, counter.count(text), region=region)


def valued(known: Known, here: Place, region: str, is_replayed: bool) -> Segment:
    """A value that is written at a place; `is_replayed`: in a loop, so that it may be a history."""
    origins = tuple(
        replace(o, place=here, path=(o.place,)) for o in known.origins if o.rank > RELEASE
    )
    return Segment(
        known.rank,
        tokens=STABLE_TOKENS if known.rank <= RELEASE else 0,
        origins=origins,
        region=region,
        place=here,
        is_unknown=True,
        is_history=known.rank == SESSION and is_replayed,
    )


def undeclared(known: Known, family: str) -> Iterator[Evidence]:
    """Parameters in the system text of which nobody says how long they stay the same."""
    for origin in known.origins:
        if origin.cause is Cause.VARYING:
            what = origin.what.partition(" (")[0]
            yield Evidence(Cause.UNDECLARED, origin.place, origin.place, what, family=family)
