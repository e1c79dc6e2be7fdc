"""Readers side by side: independent pieces of work in a second process, where there is a second core and much to do."""

from __future__ import annotations

import os
import pickle
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ...ir.collector import without_collection
from .finding import Reading

MUCH = 1 << 20
"""Bytes of input below which a second process costs more than it saves."""

MOST_BATCHES = 2_000
_MARK = struct.Struct("<I")


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
    queue = _queue(_batches(pieces))
    child, pipe = _started(queue, pieces)
    found = _worked(queue, pieces)
    queue.close()
    found |= _received(child, pipe)
    return [found[n] if n in found else piece.work() for n, piece in enumerate(pieces)]


def _has_second() -> bool:
    """Whether a process may be forked: where there are threads, what they hold would be held for ever."""
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1 and threading.active_count() == 1


def _batches(pieces: Sequence[Piece]) -> list[list[int]]:
    """The pieces by number, the heaviest first, in so few batches that a pipe holds their marks."""
    order = sorted(range(len(pieces)), key=lambda n: -pieces[n].weight)
    size = len(order) // MOST_BATCHES + 1
    return [order[n : n + size] for n in range(0, len(order), size)]


@dataclass(frozen=True, slots=True)
class _Queue:
    """Batches of which each process takes the next one when it is done with one: a pipe holds a mark for each."""

    batches: list[list[int]]
    marks: int

    def __iter__(self) -> Iterator[int]:
        while mark := os.read(self.marks, _MARK.size):
            yield from self.batches[_MARK.unpack(mark)[0]]

    def close(self) -> None:
        """Nothing more is taken."""
        os.close(self.marks)


def _queue(batches: list[list[int]]) -> _Queue:
    reader, writer = os.pipe()
    os.write(writer, b"".join(_MARK.pack(n) for n in range(len(batches))))
    os.close(writer)
    return _Queue(batches, reader)


def _worked(queue: _Queue, pieces: Sequence[Piece]) -> dict[int, Reading]:
    """What the pieces give that this process takes."""
    return {number: pieces[number].work() for number in queue}


def _started(queue: _Queue, pieces: Sequence[Piece]) -> tuple[int, int]:
    """A child that does some pieces and writes what they give into a pipe."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    os.close(reader)
    try:
        with os.fdopen(writer, "wb") as out:
            pickle.dump(_worked(queue, pieces), out)
        os._exit(0)
    except BaseException:
        os._exit(1)  # the parent does it again, and fails where the failure is seen


def _received(child: int, pipe: int) -> dict[int, Reading]:
    """What the child found; nothing where it failed."""
    with os.fdopen(pipe, "rb") as source:
        data = source.read()
    _, status = os.waitpid(child, 0)
    return pickle.loads(data) if status == 0 else {}
