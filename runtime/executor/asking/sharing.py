"""Where in the turns of a prompt the plan's shared prefixes end, for services that are told where to cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...backend import SharedPlace
from ..instance import Run
from ..prompts import Piece, PromptState


def shared_places(run: Run, state: PromptState) -> tuple[SharedPlace, ...]:
    """The places on this prompt's own path that later calls read, or earlier ones wrote; first to last."""
    if not run.backend.capabilities.places or state.mark is None:
        return ()
    found: dict[tuple[int, int], SharedPlace] = {}
    marks = [mark for mark in state.mark if mark.node in run.readers]
    places = places_of(state.pieces, [mark.length for mark in marks])
    for mark, place in zip(marks, places, strict=True):
        if place is not None and place not in found:
            readers = run.readers[mark.node]
            is_read = mark.fed or bool(mark.asked)
            found[place] = SharedPlace(
                *place, mark.position, readers.count, readers.is_static, is_read
            )
    return tuple(found[place] for place in sorted(found))


def places_of(pieces: Sequence[Piece], lengths: Sequence[int]) -> list[tuple[int, int] | None]:
    """The turn, and the character of its content, behind which so many characters of a prompt end.

    One inside of the marker between two turns stands at the end of the first; none stands before all turns.
    """
    stretches = list(_stretches(pieces))
    return [_place(stretches, length) for length in lengths]


def _place(stretches: Sequence[tuple[int, int, int, int]], length: int) -> tuple[int, int] | None:
    found: tuple[int, int] | None = None
    for start, end, turn, before in stretches:
        if start < length and end > start:
            found = turn, before + min(end, length) - start
    return found if found is None or found[1] else None


def _stretches(pieces: Sequence[Piece]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of contents: from and to which character of the prompt, in which turn, behind how much of it."""
    at, turn, before, is_open = 0, -1, 0, False
    thinks = False
    for piece in pieces:
        last = 0
        for mark in sorted(piece.marks, key=lambda mark: mark.start):
            if is_open:
                yield at + last, at + mark.start, turn, before
            begins = mark.edge == "begin"
            if (
                mark.role in ("thinking", "call") or thinks
            ):  # in the assistant's turn, which it does not show in
                is_open = mark.role not in ("thinking", "call") or not begins
            else:
                is_open, turn = begins, turn + begins
            thinks = mark.role in ("thinking", "call") and begins
            before, last = 0, mark.end
        if is_open:
            yield at + last, at + len(piece.text), turn, before
            before += len(piece.text) - last
        at += len(piece.text)
