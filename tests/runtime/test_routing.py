"""Calls go where their prefix has been, no endpoint is overloaded, and one that fails is left alone."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sglc.ir.sampling import Sampling
from sglc.ir.target import Target
from sglc.runtime.backend import BackendError, CacheSize, GenReply, GenRequest, PrefillRequest
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.backends.routing import Endpoint, RoutedBackend, Router

TARGET = Target.estimating()


def router(count: int) -> Router:
    """Endpoints that are bounded from the first call on."""
    endpoints = [Endpoint(MockBackend(TARGET), str(n).encode()) for n in range(count)]
    return Router(endpoints, block=4, free=1)


def prompt(document: int, question: int) -> tuple[int, ...]:
    return (1, 2, 3, 4, *([document] * 8), *([question] * 4))


def test_calls_of_one_document_stay_together_when_there_is_room() -> None:
    routes = router(4)
    for document in range(40):
        places = {routes.choose(prompt(100 + document, question)).name for question in range(5)}
        assert len(places) == 1


def test_documents_spread_under_load() -> None:
    routes = router(4)
    count: Counter[bytes] = Counter()
    for document in range(200):
        chosen = routes.choose(prompt(100 + document, 0))
        chosen.load += 1
        count[chosen.name] += 1
    assert max(count.values()) <= math.ceil(1.25 * 200 / 4)


def test_an_unseen_prefix_has_its_place_and_one_more_endpoint_moves_few() -> None:
    before = {n: router(4).choose((n,) * 4).name for n in range(400)}
    assert before == {n: router(4).choose((n,) * 4).name for n in range(400)}
    after = {n: router(5).choose((n,) * 4).name for n in range(400)}
    moved = [n for n in before if before[n] != after[n]]
    assert all(after[n] == b"4" for n in moved)
    assert 40 < len(moved) < 130
    assert all(50 < count < 150 for count in Counter(before.values()).values())


def test_a_few_calls_never_leave_their_prefix() -> None:
    routes = router(2)
    routes.free = 8
    first = routes.choose(prompt(1, 1))
    first.load += 7
    assert routes.choose(prompt(1, 2)) is first
    first.load += 1
    assert routes.choose(prompt(1, 3)) is not first


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(1, 4), st.booleans()),
        max_size=40,
    )
)
def test_no_endpoint_gets_more_than_its_share(calls: list[tuple[int, int, int, bool]]) -> None:
    routes = router(3)
    for document, question, weight, ends in calls:
        chosen = routes.choose(prompt(document, question), weight)
        chosen.load += weight
        total = sum(endpoint.load for endpoint in routes.endpoints)
        lightest = min(endpoint.load for endpoint in routes.endpoints)
        fair = max(weight, math.ceil(1.25 * total / 3))
        assert chosen.load <= max(fair, lightest + weight)
        if ends:
            chosen.load -= weight


def test_memory_is_bounded() -> None:
    routes = router(2)
    routes.memory = 50
    for n in range(100):
        routes.choose((n,) * 40)
    assert len(routes._known) == 50


class Broken(MockBackend):
    """An endpoint that is away."""

    calls = 0

    async def generate(self, request: GenRequest) -> GenReply:
        self.calls += 1
        raise BackendError("3105", "away", transient="connection")


def ask(backend: RoutedBackend, ids: tuple[int, ...], **more: object) -> GenReply:
    return asyncio.run(backend.generate(GenRequest(ids, Sampling(max_tokens=3), (7,), **more)))  # type: ignore[arg-type]


def test_one_that_fails_is_left_alone_and_another_answers() -> None:
    broken = Broken(TARGET)
    routed = RoutedBackend([broken, MockBackend(TARGET)], block=4)
    for n in range(20):
        assert ask(routed, (n,) * 8).completions[0].ids
    assert broken.calls == 1


class Cut(MockBackend):
    """An endpoint that is away in the middle of an answer."""

    calls = 0

    async def generate(self, request: GenRequest) -> GenReply:
        self.calls += 1
        assert request.on_tokens
        request.on_tokens(0, (5,))
        raise BackendError("3105", "cut", transient="connection")


def test_what_was_streamed_is_not_asked_for_again() -> None:
    routed = RoutedBackend([Cut(TARGET), Cut(TARGET)], block=4)
    with pytest.raises(BackendError, match="cut"):
        ask(routed, (1,) * 8, on_tokens=lambda sample, ids: None)
    assert sum(endpoint.backend.calls for endpoint in routed.router.endpoints) == 1  # type: ignore[attr-defined]


def test_all_are_asked_before_a_call_fails_and_a_stream_too_if_nothing_came() -> None:
    seen: list[int] = []
    broken = [Broken(TARGET), Broken(TARGET)]
    routed = RoutedBackend([*broken, MockBackend(TARGET)], block=4)
    for n in range(9):
        ask(routed, (n,) * 8, on_tokens=lambda sample, ids: seen.extend(ids))
    assert seen
    assert all(each.calls <= 1 for each in broken)
    with pytest.raises(BackendError, match="away"):
        ask(RoutedBackend(broken, block=4), (1,) * 8)


def test_what_would_fail_anywhere_is_not_asked_elsewhere() -> None:
    class Refusing(Broken):
        """Refuses for good."""

        async def generate(self, request: GenRequest) -> GenReply:
            self.calls += 1
            raise BackendError("3102", "no such grammar")

    backends = [Refusing(TARGET), Refusing(TARGET)]
    with pytest.raises(BackendError, match="grammar"):
        ask(RoutedBackend(backends, block=4), (1,) * 8)
    assert sum(each.calls for each in backends) == 1


def test_one_that_failed_is_asked_how_it_is_before_it_gets_calls_again() -> None:
    class Ill(Broken):
        """Gets well when somebody says so."""

        well = False
        asked = 0

        async def is_well(self) -> bool:
            self.asked += 1
            return self.well

        async def generate(self, request: GenRequest) -> GenReply:
            self.calls += 1
            if self.well:
                return await MockBackend.generate(self, request)
            raise BackendError("3105", "away", transient="connection")

    ill = Ill(TARGET)
    routed = RoutedBackend([ill, MockBackend(TARGET)], block=4, away=0.0)
    for n in range(20):
        ask(routed, (n,) * 8)
    assert ill.calls == 1
    assert ill.asked > 1
    ill.well = True
    for n in range(20, 40):
        ask(routed, (n,) * 8)
    assert ill.calls > 1


def test_a_call_goes_to_the_endpoint_that_was_warmed() -> None:
    backends = [MockBackend(TARGET) for _ in range(3)]
    routed = RoutedBackend(backends, block=4)

    async def main() -> int:
        await routed.prefill(PrefillRequest(prompt(1, 2)[:-1]))
        reply = await routed.generate(GenRequest(prompt(1, 2), Sampling(max_tokens=3), (7,)))
        await routed.close()
        return reply.usage.cached

    assert asyncio.run(main()) == len(prompt(1, 2)) - 1


def test_it_can_do_what_all_can() -> None:
    routed = RoutedBackend(
        [MockBackend(TARGET, max_context=100), MockBackend(TARGET, prefill=False, max_context=50)]
    )
    assert routed.capabilities.max_context == 50
    assert not routed.capabilities.prefill
    with pytest.raises(ValueError, match="at least one"):
        RoutedBackend([])


def test_their_caches_count_together_where_all_tell_how_large_they_are() -> None:
    """Each is asked about prefixes of its own, so rows may have something in all of them."""

    def cache_of(*sizes: CacheSize | None) -> CacheSize | None:
        backends = [MockBackend(TARGET) for _ in sizes]
        for backend, size in zip(backends, sizes, strict=True):
            backend.capabilities = replace(backend.capabilities, cache=size)
        return RoutedBackend(backends).capabilities.cache

    assert cache_of(CacheSize(160, 16), CacheSize(320, 32)) == CacheSize(480, 32)
    assert cache_of(CacheSize(160, 16), None) is None
