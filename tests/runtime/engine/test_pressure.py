"""The engine under pressure: memory, chunks, strangers and preemptions change no text."""

import asyncio
import random
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from sglc.runtime.backend import GenReply, GenRequest, Release, Retain, SelectRequest
from sglc.runtime.backends.engine import EngineBackend

from .asking import ask, gen, ids_of, is_coin_toss, prompt, select

Make = Callable[..., EngineBackend]


@lru_cache
def workload() -> tuple[GenRequest, ...]:
    """A little tree of prompts: two roots, four branches each, forks in mid-branch; greedy and sampled."""
    requests: list[GenRequest] = []
    for root in range(2):
        trunk = prompt(root, 90)
        for branch in range(4):
            ids = trunk[: 90 - 7 * branch] + prompt(100 * root + branch, 11 + branch)
            requests.append(gen(ids, 14))
            requests.append(
                gen(ids + prompt(7, 3), 9, seeds=(branch, 50), temperature=0.9, top_p=0.95)
            )
    return tuple(requests)


def check(
    folder: Path, requests: tuple[GenRequest, ...], backend: EngineBackend, alone: list[GenReply]
) -> None:
    """Token for token, but for coin tosses of greedy requests."""
    for request, found, wanted in zip(requests, ask(backend, *requests), alone, strict=True):
        for a, b in zip(found.completions, wanted.completions, strict=True):
            if a.ids != b.ids:
                assert request.sampling.temperature == 0
                assert is_coin_toss(folder, request.ids, a.ids, b.ids)


def check_nothing_leaked(backend: EngineBackend) -> None:
    scheduler = backend.engine.scheduler
    assert not scheduler.has_work
    assert scheduler.cache.locked_tokens == 0
    assert scheduler.slots.held == scheduler.cache.tokens
    held = sorted(int(slot) for node in scheduler.cache.walk() for slot in node.slots)
    assert len(set(held)) == len(held) == scheduler.slots.held


@pytest.fixture(scope="module")
def alone(tiny: Path) -> list[GenReply]:
    """What the workload is answered one request at a time, without a cache: nothing to go wrong."""
    backend = EngineBackend(
        tiny, dtype="float32", kv_cache_tokens=4000,
        max_running_requests=1, disable_radix_cache=True, schedule_policy="fcfs",
    )  # fmt: skip
    replies = ask(backend, *workload())
    asyncio.run(backend.close())
    return replies


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"chunked_prefill_size": 1},
        {"chunked_prefill_size": 7},
        {"chunked_prefill_size": 512},
        {"kv_cache_tokens": 140},  # about a tenth of what the workload has
        {"kv_cache_tokens": 140, "chunked_prefill_size": 7, "schedule_policy": "fcfs"},
        {"preempt_every": 10},
        {"preempt_every": 3, "chunked_prefill_size": 16},
        {"page_size": 8},
        {"page_size": 16, "kv_cache_tokens": 300},
        {"wait_for_siblings": False},
        {"disable_radix_cache": True},
        {"disable_cascade": True},
        {"eviction_policy": "fifo", "kv_cache_tokens": 200},
    ],
    ids=lambda options: ",".join(f"{k}={v}" for k, v in options.items()) or "defaults",
)
def test_texts_do_not_depend_on_how_they_are_served(
    make_backend: Make, alone: list[GenReply], tiny: Path, options: dict[str, object]
) -> None:
    backend = make_backend(**options)
    check(tiny, workload(), backend, alone)
    check(tiny, workload()[::-1], backend, alone[::-1])  # with a warm cache, in another order
    check_nothing_leaked(backend)


def test_strangers_in_the_batch_change_nothing(
    make_backend: Make, alone: list[GenReply], tiny: Path
) -> None:
    rng = random.Random(4)
    strangers = [gen(prompt(rng.randrange(1 << 30), rng.randrange(5, 200)), 20) for _ in range(20)]
    backend = make_backend()
    mixed = [*strangers[:10], *workload(), *strangers[10:]]
    replies = ask(backend, *mixed)[10:-10]
    for request, found, wanted in zip(workload(), replies, alone, strict=True):
        for a, b in zip(found.completions, wanted.completions, strict=True):
            assert a.ids == b.ids or is_coin_toss(tiny, request.ids, a.ids, b.ids)


def test_pressure_does_preempt_and_evict(make_backend: Make) -> None:
    backend = make_backend(kv_cache_tokens=140)
    ask(backend, *workload())
    assert backend.engine.scheduler.counters.evicted > 0
    assert backend.engine.scheduler.counters.preempted > 0


def test_selects_under_pressure(make_backend: Make) -> None:
    requests = [
        SelectRequest(prompt(1, 50 + i), tuple(prompt(i * 10 + c, 1 + c) for c in range(5)))
        for i in range(8)
    ]
    wide, narrow = (
        make_backend(),
        make_backend(kv_cache_tokens=110, chunked_prefill_size=9, preempt_every=5),
    )
    for a, b in zip(select(wide, *requests), select(narrow, *requests), strict=True):
        for x, y in zip(a.logprobs, b.logprobs, strict=True):
            assert x == pytest.approx(y, abs=1e-3)
    check_nothing_leaked(narrow)


def test_aborts_in_any_order_leak_nothing(make_backend: Make) -> None:
    backend = make_backend(kv_cache_tokens=600, chunked_prefill_size=20)
    rng = random.Random(5)

    async def run() -> None:
        tasks = []
        for i in range(60):
            ids = prompt(i % 5, 60) + prompt(i, 5)
            tasks.append(
                asyncio.create_task(
                    backend.generate(gen(ids, 30, seeds=range(i % 3 + 1), temperature=1.0))
                )
            )
            await asyncio.sleep(0.002)
            if rng.random() < 0.7:
                rng.choice(tasks).cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while backend.engine.scheduler.has_work:
            await asyncio.sleep(0.01)

    asyncio.run(run())
    check_nothing_leaked(backend)


def test_a_thousand_requests_on_one_prefix_compute_it_once(make_backend: Make) -> None:
    shared = prompt(1, 300)
    arms = [gen((*shared, i % 250, i // 250), 2) for i in range(1000)]
    backend = make_backend(chunked_prefill_size=64)
    usage = [reply.usage for reply in ask(backend, *arms)]
    assert (
        sum(u.prefilled for u in usage) == 300 + 250 + 1000
    )  # the prefix, each first own token, each second
    assert all(u.replayed == 0 for u in usage)


def test_arms_never_write_into_each_others_slots(make_backend: Make) -> None:
    """Forks at every token of a prompt, decoding side by side, as if each were alone."""
    ids = prompt(3, 24)
    forks = [gen(ids[:n], 10) for n in range(1, 25)]
    backend = make_backend()
    together = ids_of(ask(backend, *forks))
    assert together == [ids_of(ask(make_backend(), fork))[0] for fork in forks[:2]] + together[2:]
    assert together == ids_of(ask(make_backend(disable_radix_cache=True), *forks))
    check_nothing_leaked(backend)


def test_seeds_repeat_whatever_runs_beside(make_backend: Make) -> None:
    request = gen(prompt(1, 20), 15, seeds=(11, 12), temperature=1.2, top_k=40)
    first = ids_of(ask(make_backend(), request))
    beside = [gen(prompt(i, 30), 15, seeds=(i,), temperature=1.0) for i in range(8)]
    assert ids_of(ask(make_backend(), *beside, request))[-2:] == first


def test_nobody_starves(make_backend: Make) -> None:
    """A lone prompt among a stream of requests that match a hot prefix better."""
    backend = make_backend(max_running_requests=2, schedule_age_weight=1e5)
    hot = prompt(1, 200)
    order: list[str] = []

    async def note(name: str, request: GenRequest) -> None:
        await backend.generate(request)
        order.append(name)

    async def run() -> None:
        await backend.generate(gen(hot, 1))
        crowd = [asyncio.create_task(note("hot", gen(hot + prompt(i, 2), 8))) for i in range(30)]
        lone = asyncio.create_task(note("lone", gen(prompt(99, 30), 8)))
        await asyncio.sleep(0.01)
        crowd += [
            asyncio.create_task(note("late", gen(hot + prompt(50 + i, 2), 8))) for i in range(60)
        ]
        await asyncio.gather(*crowd, lone)

    asyncio.run(run())
    assert order.index("lone") < len(order) - 20


def test_released_text_goes_before_text_with_a_next_use(make_backend: Make) -> None:
    """A pool for two of three prompts: of the older two the claimed one survives the third, the released one goes."""
    claimed, released, third = (prompt(seed, 100) for seed in (1, 2, 3))
    backend = make_backend(kv_cache_tokens=260)
    ask(backend, gen(claimed, 1))
    ask(backend, gen(released, 1))
    backend.hint(Retain(claimed, 1, next_use=2))
    backend.hint(Release(released, 2, 0))
    ask(backend, gen(third, 1))
    assert ask(backend, gen(claimed, 1))[0].usage.cached == 100
    assert ask(backend, gen(released, 1))[0].usage.cached == 0
    check_nothing_leaked(backend)


def test_without_hints_the_oldest_goes(make_backend: Make) -> None:
    backend = make_backend(kv_cache_tokens=260)
    first, second, third = (prompt(seed, 100) for seed in (1, 2, 3))
    for ids in (first, second, third):
        ask(backend, gen(ids, 1))
    assert ask(backend, gen(second, 1))[0].usage.cached == 100
    assert ask(backend, gen(first, 1))[0].usage.cached == 0


def test_released_while_others_use_it(make_backend: Make) -> None:
    """A release among running requests takes nothing from them, nor from one that comes back."""
    shared = prompt(4, 80)
    backend = make_backend(kv_cache_tokens=300)

    async def run() -> list[GenReply]:
        first = asyncio.create_task(backend.generate(gen(shared + prompt(5, 20), 12)))
        second = asyncio.create_task(backend.generate(gen(shared + prompt(6, 20), 12)))
        await asyncio.sleep(0.002)
        backend.hint(Release(shared, 1, 0))
        return list(await asyncio.gather(first, second))

    replies = asyncio.run(run())
    again = ask(make_backend(), gen(shared + prompt(5, 20), 12), gen(shared + prompt(6, 20), 12))
    assert ids_of(replies) == ids_of(again)
    assert ask(backend, gen(shared + prompt(7, 5), 1))[0].usage.cached >= 80
    check_nothing_leaked(backend)
