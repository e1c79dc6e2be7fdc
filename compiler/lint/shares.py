"""Readers side by side: independent pieces of work in a second process, where there is a second core and much to do."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...ir.collector import without_collection
from .finding import Reading

MUCH = 1 << 20
"""Bytes of input below which a second process costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work that needs nothing of the others; `weight` is about how long it takes."""

    work: Callable[[], Reading]
    weight: int


def done(pieces: Sequence[Piece]) -> list[Reading]:
    """What all pieces give, in their order. Trees live to the end, so that nothing is collected meanwhile."""
    with without_collection():
        return _done(pieces)


def _done(pieces: Sequence[Piece]) -> list[Reading]:
    if sum(piece.weight for piece in pieces) < MUCH or not _has_second():
        return [piece.work() for piece in pieces]
    mine, other = _halves(pieces)
    child, pipe = _started([pieces[n] for n in other])
    found = dict(zip(mine, (pieces[n].work() for n in mine), strict=True))
    held = _received(child, pipe)
    if held is None:
        held = [pieces[n].work() for n in other]
    return [
        reading for _, reading in sorted({**found, **dict(zip(other, held, strict=True))}.items())
    ]


def _has_second() -> bool:
    """Whether a process may be forked: where there are threads, what they hold would be held for ever."""
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1 and threading.active_count() == 1


def _halves(pieces: Sequence[Piece]) -> tuple[list[int], list[int]]:
    """Two shares of about one weight, the heaviest pieces first."""
    halves: tuple[list[int], list[int]] = ([], [])
    weights = [0, 0]
    for number in sorted(range(len(pieces)), key=lambda n: -pieces[n].weight):
        lighter = weights.index(min(weights))
        halves[lighter].append(number)
        weights[lighter] += pieces[number].weight
    return halves


def _started(pieces: Sequence[Piece]) -> tuple[int, int]:
    """A child that does some pieces and writes what they give into a pipe."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    os.close(reader)
    try:
        with os.fdopen(writer, "wb") as out:
            pickle.dump([piece.work() for piece in pieces], out)
        os._exit(0)
    except BaseException:
        os._exit(1)  # the parent does it again, and fails where the failure is seen


def _received(child: int, pipe: int) -> list[Reading] | None:
    """What the child found, or None where it failed."""
    with os.fdopen(pipe, "rb") as source:
        data = source.read()
    _, status = os.waitpid(child, 0)
    return pickle.loads(data) if status == 0 else None
