"""Connections, one for each request under way: taken from those at rest, and put back when its answer has been read.

A pool of httpx looks at all its connections for each request, several times: with fifty of them that costs more than
the request itself. Here each client has one connection, and nobody looks for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1)
MOST_AT_REST = 64


class Lanes:
    """Clients of one server and one event loop. `make`: one with a single connection."""

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make = make
        self._at_rest: list[httpx.AsyncClient] = []
        self._all: set[httpx.AsyncClient] = set()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client that nobody else asks through. The last that came to rest goes first: others may time out.

        One that is left by an exception is closed. httpcore does not survive every cancellation: between two steps of
        connecting, or of closing an answer, it keeps a connection that is neither open nor closed, as the only one that
        the client may have, and the next request would wait for it for ever.
        """
        client = self._at_rest.pop() if self._at_rest else self._made()
        try:
            yield client
        except BaseException:
            await self._end(client)
            raise
        self._at_rest.append(client)
        if len(self._at_rest) > MOST_AT_REST:
            await self._end(self._at_rest.pop(0))

    async def close(self) -> None:
        """Close all of them, those under way as well."""
        self._at_rest = []
        for client in list(self._all):
            await self._end(client)

    async def _end(self, client: httpx.AsyncClient) -> None:
        self._all.discard(client)
        await client.aclose()

    def _made(self) -> httpx.AsyncClient:
        client = self._make()
        self._all.add(client)
        return client
