"""Text of a program that could be said once, or first: in rounds of a loop, and in sections without an order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....ir.ops import For, Insert, Op, Text
from ..finding import Cause, Evidence, Loss
from ..layout import RELEASE, WORTH, Segment
from ..tokens import Counter
from .known import place_of

WORTH_IN_LOOP = 2 * WORTH


def in_rounds(loop: For, counter: Counter, name: str) -> Iterator[Evidence]:
    """Long fixed text that every round of a loop writes behind what differs."""
    varies = False
    for op in loop.body.ops:
        varies = varies or isinstance(op, Insert)
        if varies and isinstance(op, Text) and counter.count(op.text) >= WORTH_IN_LOOP:
            yield _made(Cause.INVARIANT, op, name, "each round writes the same text again", counter)


def in_section(
    segments: Sequence[Segment], op: Op, counter: Counter, name: str
) -> Iterator[Evidence]:
    """Fixed text of a section that stands behind a value."""
    for at, segment in enumerate(segments):
        behind = sum(s.tokens for s in segments[at + 1 :] if s.rank <= RELEASE)
        if segment.rank > RELEASE and segment.place is not None and behind >= WORTH_IN_LOOP:
            what = segment.origins[0].what if segment.origins else "a value"
            place = segment.place
            loss = Loss(behind)
            yield Evidence(Cause.HOISTABLE, place, place_of(op.span), what, loss=loss, family=name)
            return


def _made(cause: Cause, op: Text, name: str, what: str, counter: Counter) -> Evidence:
    place = place_of(op.span, f"{name}:text")
    return Evidence(cause, place, place, what, loss=Loss(counter.count(op.text)), family=name)
