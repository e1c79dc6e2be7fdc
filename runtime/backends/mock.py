"""The mock backend: the hash model behind the protocol, with exact accounts and a virtual clock.

Its answers are those of `ir/meaning/interpret.py`; its cached, prefilled, replayed and decoded counts are what an
engine with enough memory must reach. Nothing sleeps. `cache=False` and `waits=False` are the negative twins:
an engine without a prefix cache, and one in which siblings do not wait for each other's prefix. With
`feeds_all=False` its accounts are those of the embedded engine, which does not feed what a grammar forces at the
end of an output.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...ir.hashmodel import ConstraintError, Generated, HashModel
from ...ir.sampling import Constraint
from ...ir.target import Target
from ..backend import (
    Abandoned,
    BackendError,
    Capabilities,
    Completion,
    GenReply,
    GenRequest,
    PrefillRequest,
    Release,
    Retain,
    SelectReply,
    SelectRequest,
    Usage,
)
from .mock_cache import Fed, MockCache
from .virtual_clock import VirtualClock

PREFILL_S = 0.0001
"""Virtual seconds for one prefilled token."""
DECODE_S = 0.01
"""Virtual seconds for one decode step."""


class MockBackend:
    """The hash model of a target. `prefill=False`: it does not take warm-up requests.

    Times are those of `clock`. Use it from one event loop at a time.
    """

    name = "mock"

    def __init__(
        self,
        target: Target,
        *,
        cache: bool = True,
        waits: bool = True,
        prefill: bool = True,
        feeds_all: bool = True,
        max_context: int | None = None,
    ) -> None:
        self.clock = VirtualClock()
        self.capabilities = Capabilities(
            constraints=frozenset({"regex", "json", "type", "call", "before_call"}),
            prefill=prefill,
            finds_running=waits,
            max_context=max_context,
        )
        self._model = HashModel(target.tokenizer)
        self._keeps, self._waits, self._feeds_all = cache, waits, feeds_all
        self._cache = MockCache(waits)
        self._is_closed = False

    async def generate(self, request: GenRequest) -> GenReply:
        """Continue a prompt. Raises BackendError."""
        account = self._feed(request.ids)
        found = [self._continue(request, seed) for seed in request.seeds]
        is_spliced = request.constraint is not None and request.constraint.style == "spliced"
        lazy = is_spliced and not self._feeds_all
        done = tuple(_completion(each, lazy) for each in found)
        prefilled_at = account.arrive(self.clock.now)
        if self._keeps:
            for each in done:
                self._cache.keep((*request.ids, *each.with_kv), prefilled_at)
        try:
            await self._decode(request, done, prefilled_at)
        except asyncio.CancelledError:
            raise Abandoned(account.usage(self.clock.now)) from None
        forced = sum(each.forced for each in found) if is_spliced else 0
        decoded = max(0, sum(len(each.with_kv) for each in done) - forced)
        usage = account.usage(self.clock.now, decoded, forced)
        return GenReply(done, usage)

    async def select(self, request: SelectRequest) -> SelectReply:
        """Score choices. Raises BackendError."""
        account = self._feed(request.ids)
        extra = [self._feed((*request.ids, *choice[:-1])) for choice in request.choices]
        alone = request.unconditional
        if alone is not None:
            extra += [self._feed((*alone, *choice[:-1])) for choice in request.choices]
        account = account.with_choices(extra)
        await self._pass(account)
        return SelectReply(
            self._scores(request.ids, request.choices),
            account.usage(self.clock.now),
            () if alone is None else self._scores(alone, request.choices),
        )

    async def prefill(self, request: PrefillRequest) -> Usage:
        """Warm a prompt."""
        account = self._feed(request.ids)
        await self._pass(account)
        found = account.usage(self.clock.now)
        # nothing is asked after its last position, so what is there need not run again
        return replace(found, cached=found.cached + found.replayed, replayed=0)

    def hint(self, hint: Retain | Release) -> None:
        """The cache is endless: it needs no hints, and gets none (`capabilities.retention`)."""

    async def close(self) -> None:
        """Requests after this fail."""
        self._is_closed = True

    def flush(self) -> None:
        """Forget all KV."""
        self._cache = MockCache(self._waits)

    async def _pass(self, account: _Account) -> None:
        """Let the time of a prefill pass."""
        try:
            await self.clock.sleep_until(account.arrive(self.clock.now))
        except asyncio.CancelledError:
            raise Abandoned(account.usage(self.clock.now)) from None

    def _feed(self, ids: tuple[int, ...]) -> _Account:
        if self._is_closed:
            raise BackendError("3106", "the mock was closed")
        cache = self._cache if self._keeps else MockCache()
        return _Account(cache.feed(ids, self.clock.now), self.clock.now)

    def _continue(self, request: GenRequest, seed: int) -> Generated:
        constraint: Constraint | None = request.constraint
        try:
            return self._model.generate(request.ids, request.sampling, seed, constraint)
        except ConstraintError as error:
            raise BackendError("3102", str(error), "the embedded engine takes it") from None

    def _scores(
        self, ids: tuple[int, ...], choices: Iterable[tuple[int, ...]]
    ) -> tuple[tuple[float, ...], ...]:
        """Log probabilities; without a prompt the first token of a choice has none."""
        found = (self._model.score(ids, choice) for choice in choices)
        return tuple(each if ids else each[1:] for each in found)

    async def _decode(self, request: GenRequest, found: Sequence[Completion], start: float) -> None:
        """Let the time of decoding pass, and hand on tokens on the way to those who listen."""
        steps = max((len(each.ids) for each in found), default=0)
        if request.on_tokens is not None:
            for step in range(steps):
                await self.clock.sleep_until(start + step * DECODE_S)
                for sample, each in enumerate(found):
                    if step < len(each.ids):
                        _tell(request, sample, each, step)
        await self.clock.sleep_until(start + steps * DECODE_S)


def _tell(request: GenRequest, sample: int, done: Completion, step: int) -> None:
    """Hand on one token, after its log probabilities where they were asked for."""
    one = slice(step, step + 1)
    if request.on_logprobs is not None and done.logprobs:
        request.on_logprobs(sample, done.logprobs[one], done.top_logprobs[one])
    if request.on_tokens is not None:
        request.on_tokens(sample, done.ids[one])


class _Account:
    """The work of one request."""

    def __init__(self, fed: Fed, started: float) -> None:
        self._paths = [fed.path]
        self._prompt, self._cached, self._replayed = len(fed.path), fed.cached, fed.replayed
        self._prefilled = fed.computed
        self._started, self._ready = started, fed.ready
        self._prefilled_at = started

    def with_choices(self, extra: Sequence[_Account]) -> _Account:
        """This account with the choices of a select, which all count as prefilled."""
        for each in extra:
            self._paths += each._paths
            self._prefilled += each._prefilled
            self._replayed += each._replayed
            self._ready = max(self._ready, each._ready)
        return self

    def arrive(self, now: float) -> float:
        """Compute what is to be computed; the time at which it is there."""
        work = self._prefilled + self._replayed
        self._prefilled_at = max(now, self._ready) + work * PREFILL_S
        for path in self._paths:
            MockCache.arrive(path, self._prefilled_at)
        return self._prefilled_at

    def usage(self, now: float, decoded: int = 0, forced: int = 0) -> Usage:
        """The account as the protocol has it."""
        return Usage(
            prompt=self._prompt,
            cached=self._cached,
            prefilled=self._prefilled,
            replayed=self._replayed,
            decoded=decoded,
            forced=forced,
            queue_s=self._ready - self._started,
            prefill_s=self._prefilled_at - self._ready,
            decode_s=max(0.0, now - self._prefilled_at),
            ttft_s=self._prefilled_at - self._started,
        )


def _completion(found: Generated, lazy: bool) -> Completion:
    """What the protocol says of a continuation; `lazy`: what was forced at its end was not fed."""
    count = len(found.ids)
    chosen = count if found.forced == count else max(0, count - 1 - found.tail)
    fed = chosen if lazy else None
    return Completion(
        found.ids,
        found.kept,
        found.text,
        found.finish,
        found.logprobs,
        found.top_logprobs,
        found.matched,
        fed,
    )
