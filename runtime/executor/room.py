"""Rows under way: as many as the server's cache holds, so that a row finds at its next call what it asked before.

A server takes calls as they come. With more rows under way than its cache holds, the first calls of all of them come
first, and when the second call of the first row is there, what it goes on from has been evicted. So rows wait here.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..backend import CacheSize

USED = 0.9
"""Of the cache; the rest is for blocks that several calls are just filling."""


@dataclass(slots=True, eq=False)
class Guest:
    """What a row has in a cache: the blocks of all its prompts, and how many its first one had."""

    blocks: set[int] = field(default_factory=set[int])
    first: int = 0
    is_open: bool = False
    is_in: bool = False

    @property
    def grown(self) -> int:
        """By how many blocks it needs more than at first."""
        return len(self.blocks) - self.first


class Room:
    """A cache, and the rows that have something in it. They come in by their first calls, in the order of asking.

    A row needs the blocks of its first prompt that no other row has, and is expected to grow as much as the others did.
    One that is too large comes in alone. Without a size nobody waits, nor do calls of rows that were not opened.
    """

    def __init__(self, size: CacheSize | None = None) -> None:
        self._block = size.block if size else 1
        self._most = int(size.tokens * USED) // size.block if size else None
        self._in: set[Guest] = set()
        self._held: Counter[int] = Counter()
        self._growth = 0
        self._waiting: deque[tuple[Guest, set[int], asyncio.Future[None]]] = deque()

    @contextmanager
    def open(self, guest: Guest) -> Iterator[None]:
        """While this is open, calls of the row may have to wait for room, and what they asked is kept for the next."""
        guest.is_open = True
        try:
            yield
        finally:
            guest.is_open = False
            self._leave(guest)

    async def come(self, guest: Guest, ids: Sequence[int], more: int) -> None:
        """A call of a row asks `ids`, and up to `more` tokens behind them: return when the row is in."""
        if self._most is None or not guest.is_open:
            return
        blocks = set(_blocks(ids, self._block))
        if guest.is_in:
            self._hold(guest, blocks)
            return
        self._growth = max(self._growth, -(-more // self._block))
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((guest, blocks, turn))
        self._let_in()
        await turn

    def _leave(self, guest: Guest) -> None:
        if guest.is_in:
            self._in.remove(guest)
            self._growth = max(self._growth, guest.grown)
            guest.is_in = False
            for block in guest.blocks:
                self._held[block] -= 1
                if not self._held[block]:
                    del self._held[block]
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting:
            guest, blocks, turn = self._waiting[0]
            if not turn.cancelled() and not guest.is_in and not self._has_room(blocks):
                return
            self._waiting.popleft()
            if not turn.cancelled():
                self._hold(guest, blocks)
                turn.set_result(None)

    def _has_room(self, blocks: set[int]) -> bool:
        assert self._most is not None
        to_come = sum(max(0, self._growth - guest.grown) for guest in self._in) + self._growth
        fresh = sum(block not in self._held for block in blocks)
        return not self._in or len(self._held) + fresh + to_come <= self._most

    def _hold(self, guest: Guest, blocks: set[int]) -> None:
        self._held.update(blocks - guest.blocks)
        guest.blocks |= blocks
        if not guest.is_in:
            guest.is_in, guest.first = True, len(guest.blocks)
            self._in.add(guest)


def _blocks(ids: Sequence[int], size: int) -> Iterator[int]:
    """A number for each block, which says all that stands before it as well."""
    before = 0
    for start in range(0, len(ids), size):
        before = hash((before, *ids[start : start + size]))
        yield before
