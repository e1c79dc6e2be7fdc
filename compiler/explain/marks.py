"""Where a service is told to cache: what is written at each place, who finds it, and what that costs and saves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ...ir.target.rules import Rules
from . import report as r
from .priced import writes


class Call(Protocol):
    """Calls that are alike: how many, and the node at which what they find ends."""

    @property
    def weight(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def is_sent_ahead(self) -> bool: ...


@dataclass(slots=True)
class _Place:
    tokens: int = 0
    written: int = 0
    reads: int = 0
    found: int = 0


@dataclass(slots=True)
class Marks:
    """The places of one target; none where it finds prefixes by itself."""

    rules: Rules
    _places: dict[int, _Place] = field(default_factory=dict[int, _Place])

    def note(self, call: Call, found: int, wrote: int, end: int) -> None:
        """A call finds so many tokens, and writes so many, which end at a node."""
        if not writes(self.rules):
            return
        if wrote:
            place = self._places.setdefault(end, _Place())
            place.written += call.weight * wrote
            place.tokens = max(place.tokens, found + wrote)
            if call.is_sent_ahead:  # the first of those who share it writes it, and finds nothing
                place.reads -= call.weight
                place.found -= call.weight * wrote
        if found and not call.is_sent_ahead:
            place = self._places.setdefault(call.end, _Place())
            place.reads += call.weight
            place.found += call.weight * found
            place.tokens = max(place.tokens, found)

    def all(self) -> list[r.CacheMark]:
        """What each comes to, in the order of the program."""
        price = self.rules.price
        if price is None:
            return []
        return [
            r.CacheMark(
                node,
                place.tokens,
                place.written,
                place.reads,
                round(place.written * (price.write - 1), 1),
                round(place.found * (1 - price.read), 1),
            )
            for node, place in sorted(self._places.items())
        ]
