"""Which places of a prompt are marked for a service's cache: those that the plan says are read, by the service's rules.

A mark writes the prefix that ends at it, and finds what an earlier request wrote there or up to so many blocks before.
So the places that later calls read are marked where that pays; and the last one that an earlier call wrote, where no
mark stands close enough behind it to find it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...ir.target.rules import Rules, Shared, place_breakpoints
from ..backend import SharedPlace


def choose_places(
    rules: Rules, model: str, places: Sequence[SharedPlace], block_of: Callable[[SharedPlace], int]
) -> tuple[SharedPlace, ...]:
    """The places to mark, first to last; `block_of`: how many blocks of the prompt end before or at a place."""
    marks = rules.breakpoints
    if marks is None:
        return ()
    read = {
        place.tokens: place for place in places if place.reads
    }  # the last of those that are as long
    wanted = [Shared(tokens, place.reads) for tokens, place in read.items()]
    chosen = [read[tokens] for tokens in place_breakpoints(rules, wanted, model=model)]
    found = _last_written(rules, model, places)
    if found is not None and not _is_found(found, chosen, block_of, marks.lookback):
        while len(chosen) >= marks.limit:
            chosen.remove(min(chosen, key=lambda place: place.reads))
        chosen.append(found)
    return tuple(sorted(chosen, key=lambda place: (place.turn, place.offset)))


def _last_written(rules: Rules, model: str, places: Sequence[SharedPlace]) -> SharedPlace | None:
    least = max(1, rules.minimum_for(model))
    written = [place for place in places if place.is_read and place.tokens >= least]
    return written[-1] if written else None


def _is_found(
    place: SharedPlace,
    chosen: Sequence[SharedPlace],
    block_of: Callable[[SharedPlace], int],
    lookback: int,
) -> bool:
    """Whether a mark at the place, or close enough behind it, finds what was written there."""
    behind = (block_of(mark) - block_of(place) for mark in chosen)
    return any(0 <= blocks <= lookback for blocks in behind)
