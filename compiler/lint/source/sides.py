"""The sides of a condition as one prompt: the longer one, behind what decides which it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..finding import Place
from ..layout import RELEASE, Segment
from .known import Known

Sides = tuple[Sequence[Segment], Sequence[Segment]]


def longest_side(both: Sides, cond: Known, here: Place, region: str) -> list[Segment]:
    """The side with more in it; where they say other things, the condition's lifetime says which it is."""
    longest = max(both, key=lambda side: (sum(len(x.origins) for x in side), len(side)))
    at = _parting(both)
    is_text = region == "system" and any(s.text for side in both for s in side[at:])
    origins = tuple(o for o in cond.origins if o.rank > RELEASE)
    if not (is_text and origins and cond.is_declared):
        return list(longest)
    told = tuple(replace(o, place=here, path=(o.place,)) for o in origins)
    choice = Segment(cond.rank, origins=told, region=region, place=here, is_unknown=True)
    return [*longest[:at], choice, *longest[at:]]


def _parting(both: Sides) -> int:
    """Where two sides begin to differ."""
    pairs = enumerate(zip(*both, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(map(len, both)))
