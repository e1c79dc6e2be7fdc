"""Several endpoints behind one backend: a call goes where its prefix has been, unless that one is too busy.

What each endpoint has seen is remembered by hashes of leading blocks of tokens. Among endpoints that know
equally much of a prompt, rendezvous hashing on the first block decides, so that a prefix finds its
place without having been seen, and adding an endpoint moves few of them. No endpoint gets more than its fair
share of what is in flight, times `load_factor`; the first few calls are free, for an engine runs them together anyway.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TypeVar

from ..backend import (
    Backend,
    BackendError,
    CacheSize,
    Capabilities,
    GenReply,
    GenRequest,
    PrefillRequest,
    Release,
    Retain,
    SelectReply,
    SelectRequest,
    Usage,
)

T = TypeVar("T")
Digest = bytes


@dataclass(slots=True)
class Endpoint:
    """One backend, the calls it has in flight, whether it failed, and until when it is not asked because of that."""

    backend: Backend
    name: bytes
    load: int = 0
    away_until: float = 0.0
    has_failed: bool = False


@dataclass(slots=True)
class Router:
    """Chooses an endpoint for a prompt.

    `block`: tokens per hash; `memory`: blocks remembered in all; `free`: what any endpoint may have in flight.
    """

    endpoints: list[Endpoint]
    load_factor: float = 1.25
    block: int = 64
    memory: int = 200_000
    free: int = 16
    _known: OrderedDict[Digest, int] = field(default_factory=OrderedDict[Digest, int])

    def choose(
        self, ids: Sequence[int], weight: int = 1, *, without: Collection[Endpoint] = ()
    ) -> Endpoint:
        """The endpoint for a prompt, which counts as having seen it from now on."""
        blocks = list(self._blocks(ids))
        others = [each for each in self.endpoints if not any(each is one for one in without)]
        present = [each for each in others if each.away_until <= time.monotonic()]
        present = present or others or self.endpoints
        first = blocks[0] if blocks else b""
        ranked = sorted(present, key=lambda e: (-self._depth(e, blocks), _rank(e.name, first)))
        limit = self._limit(present, weight)
        chosen = next(
            (e for e in ranked if e.load + weight <= limit), min(ranked, key=lambda e: e.load)
        )
        self._remember(chosen, blocks)
        return chosen

    def _limit(self, present: Sequence[Endpoint], weight: int) -> int:
        """The most that one endpoint may have in flight; one call always fits somewhere."""
        total = sum(endpoint.load for endpoint in present) + weight
        return max(weight, self.free, math.ceil(self.load_factor * total / len(present)))

    def _blocks(self, ids: Sequence[int]) -> Iterator[Digest]:
        """A digest of each leading run of blocks; a prompt shorter than a block is one."""
        running = blake2b(digest_size=12)
        for start in range(0, len(ids), self.block):
            part = ids[start : start + self.block]
            if len(part) < self.block and start:
                return
            running.update(b"".join(token.to_bytes(4, "little") for token in part))
            yield running.digest()

    def _depth(self, endpoint: Endpoint, blocks: Sequence[Digest]) -> int:
        bit = 1 << self.endpoints.index(endpoint)
        return next(
            (n for n, digest in enumerate(blocks) if not self._known.get(digest, 0) & bit),
            len(blocks),
        )

    def _remember(self, endpoint: Endpoint, blocks: Sequence[Digest]) -> None:
        bit = 1 << self.endpoints.index(endpoint)
        for digest in blocks:
            self._known[digest] = self._known.pop(digest, 0) | bit
        while len(self._known) > self.memory:
            self._known.popitem(last=False)


class RoutedBackend:
    """Endpoints that serve the same model, as one backend. `away`: seconds that one which failed is left alone."""

    def __init__(
        self,
        backends: Sequence[Backend],
        *,
        load_factor: float = 1.25,
        block: int = 64,
        away: float = 30.0,
    ) -> None:
        if not backends:
            raise ValueError("a router needs at least one endpoint")
        endpoints = [Endpoint(backend, str(n).encode()) for n, backend in enumerate(backends)]
        self.router = Router(endpoints, load_factor, block)
        self.name = backends[0].name
        self._away = away

    @property
    def capabilities(self) -> Capabilities:
        """What all of them can do."""
        all_of = [endpoint.backend.capabilities for endpoint in self.router.endpoints]
        contexts = [each.max_context for each in all_of if each.max_context is not None]
        return Capabilities(
            token_ids=all(each.token_ids for each in all_of),
            select=all(each.select for each in all_of),
            scores=all(each.scores for each in all_of),
            constraints=frozenset.intersection(*(each.constraints for each in all_of)),
            prefill=all(each.prefill for each in all_of),
            leads=any(each.leads for each in all_of),
            finds_running=all(each.finds_running for each in all_of),
            seeds=all(each.seeds for each in all_of),
            logprobs=all(each.logprobs for each in all_of),
            images=all(each.images for each in all_of),
            retention=any(each.retention for each in all_of),
            chat=any(each.chat for each in all_of),
            places=any(each.places for each in all_of),
            continues=all(each.continues for each in all_of),
            max_context=min(contexts, default=None),
            cache=_together([each.cache for each in all_of]),
        )

    async def generate(self, request: GenRequest) -> GenReply:
        """Continue a prompt. Raises BackendError. What was streamed can't be taken back: it is not asked for again."""
        has_begun = False
        listen = request.on_tokens

        def noting(sample: int, ids: tuple[int, ...]) -> None:
            nonlocal has_begun
            has_begun = True
            assert listen is not None
            listen(sample, ids)

        asked = request if listen is None else replace(request, on_tokens=noting)
        return await self._send(
            request.ids, len(request.seeds), lambda b: b.generate(asked), lambda: not has_begun
        )

    async def select(self, request: SelectRequest) -> SelectReply:
        """Score choices. Raises BackendError."""
        return await self._send(request.ids, len(request.choices), lambda b: b.select(request))

    async def prefill(self, request: PrefillRequest) -> Usage:
        """Warm a prompt where the calls that follow it will go. Raises BackendError."""
        return await self._send(request.ids, 1, lambda b: b.prefill(request))

    def hint(self, hint: Retain | Release) -> None:
        """Tell all that take hints; one that never saw the prompt has nothing to keep or evict."""
        for endpoint in self.router.endpoints:
            if endpoint.backend.capabilities.retention:
                endpoint.backend.hint(hint)

    async def close(self) -> None:
        """Close all endpoints."""
        for endpoint in self.router.endpoints:
            await endpoint.backend.close()

    async def _send(
        self,
        ids: tuple[int, ...],
        weight: int,
        call: Callable[[Backend], Awaitable[T]],
        may_again: Callable[[], bool] = lambda: True,
    ) -> T:
        """Ask the chosen endpoint; of those that fail each is left alone for a while, and the next one asked."""
        failed: list[Endpoint] = []
        while True:
            endpoint = self.router.choose(ids, weight, without=failed)
            try:
                await self._check(endpoint)
                return await _counted(endpoint, weight, call)
            except BackendError as error:
                if error.transient is None:
                    raise
                endpoint.away_until, endpoint.has_failed = time.monotonic() + self._away, True
                failed.append(endpoint)
                if not may_again() or len(failed) == len(self.router.endpoints):
                    raise

    async def _check(self, endpoint: Endpoint) -> None:
        """One that failed is asked whether it is well before it gets calls again. Raises BackendError."""
        ask = getattr(endpoint.backend, "is_well", None)
        if endpoint.has_failed and ask is not None and not await ask():
            raise BackendError("3105", "the server is not well yet", transient="connection")
        endpoint.has_failed = False


def _together(sizes: Sequence[CacheSize | None]) -> CacheSize | None:
    """What the caches of endpoints hold, which are asked about different prefixes; None where one does not say."""
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes):
        return None
    return CacheSize(sum(size.tokens for size in known), max(size.block for size in known))


async def _counted(endpoint: Endpoint, weight: int, call: Callable[[Backend], Awaitable[T]]) -> T:
    endpoint.load += weight
    try:
        return await call(endpoint.backend)
    finally:
        endpoint.load -= weight


def _rank(name: bytes, key: Digest) -> bytes:
    """The place of an endpoint in the order of a key; independent of what other endpoints there are."""
    return blake2b(key, key=name, digest_size=8).digest()
