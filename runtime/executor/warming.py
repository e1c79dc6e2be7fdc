"""Warm-ups under way: on a server that computes a prefix once for each who asks, calls wait for theirs to be there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Warming:
    """The prompts that are being warmed. `finds`: the server lets a request find what another is just computing."""

    def __init__(self, finds: bool) -> None:
        self._finds = finds
        self._under_way: dict[tuple[int, ...], asyncio.Event] = {}

    @contextmanager
    def of(self, ids: tuple[int, ...]) -> Iterator[None]:
        """While this is open, `ids` are being computed."""
        if self._finds:
            yield
            return
        done = self._under_way[ids] = asyncio.Event()
        try:
            yield
        finally:
            if self._under_way.get(ids) is done:
                del self._under_way[ids]
            done.set()

    async def over(self, ids: tuple[int, ...]) -> None:
        """Return when nothing that `ids` begin with is being computed."""
        while (event := self._covering(ids)) is not None:
            await event.wait()

    def _covering(self, ids: tuple[int, ...]) -> asyncio.Event | None:
        return next((e for warm, e in self._under_way.items() if ids[: len(warm)] == warm), None)
