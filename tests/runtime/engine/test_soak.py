"""Requests, of which one in seven is aborted, malformed or oversized: the others are answered as alone.

pytest -m soak -s tests/runtime/engine/test_soak.py
"""

import asyncio
import collections
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sglc.ir.sampling import Constraint, Sampling
from sglc.runtime.backend import BackendError, GenReply, GenRequest, Release, Retain
from sglc.runtime.backends.engine import EngineBackend

from .asking import ask, gen, ids_of, is_coin_toss, prompt
from .test_pressure import check_nothing_leaked

AT_ONCE = 48
SHARES = {"aborted": 0.05, "malformed": 0.05, "oversized": 0.05}
CODES = {"3101", "3102", "3103", "3105", "3107", "3108", "3207"}


def raises(*_: object) -> None:
    """A listener that is broken."""
    raise ValueError("listener")


def well_behaved() -> list[GenRequest]:
    """Requests of all kinds on a few trunks: greedy, sampled, penalised, stopped, constrained, recorded."""
    found: list[GenRequest] = []
    for n in range(80):
        ids = prompt(n % 7, 20 + n % 30) + prompt(1000 + n, 3)
        kinds: list[dict[str, Any]] = [
            {},
            {"temperature": 0.8, "seeds": (n, n + 1)},
            {"repetition_penalty": 1.3},
            {"stop": ("e", " "), "stop_regex": (r"[0-9](?=[a-z])",)},
            {"constraint": Constraint("regex", "[a-f]{3,6}"), "ignore_eos": n % 2 == 0},
            {"logprobs": True, "top_logprobs": 3},
            {"temperature": 1.0, "top_p": 0.9, "min_p": 0.01},
        ]
        found.append(gen(ids, 3 + n % 6, **kinds[n % len(kinds)]))
    return found


def malformed(rng: random.Random) -> GenRequest:
    """A request with one thing wrong."""
    fine = gen(prompt(rng.randrange(50), 12), 8)
    wrong: list[Callable[[], GenRequest]] = [
        lambda: replace(fine, ids=(*fine.ids, rng.choice((10**6, -1, 2**40)))),
        lambda: replace(fine, ids=()),
        lambda: replace(fine, on_tokens=raises),
        lambda: replace(fine, constraint=Constraint("regex", "(")),
        lambda: replace(fine, constraint=Constraint("json", "{")),
        lambda: replace(fine, sampling=sampling(temperature=float("nan"))),
        lambda: replace(fine, sampling=sampling(top_logprobs=60_000)),
        lambda: replace(fine, sampling=sampling(repetition_penalty=0.0)),
        lambda: replace(fine, sampling=sampling(stop_token_ids=(2**40,))),
        lambda: replace(fine, sampling=sampling(stop_regex=("(",))),
        lambda: replace(fine, sampling=sampling(max_tokens=-5)),
    ]
    if rng.random() < 0.02:  # each takes a quarter of a second, and fails
        slow = sampling(stop_regex=(r"(?s)(.|..)+(?!)",), max_tokens=200)
        return replace(fine, sampling=slow)
    return rng.choice(wrong)()


def oversized(rng: random.Random) -> GenRequest:
    """More than the context, or more than the pool."""
    length, tokens = rng.choice(((3000, 8), (40, 3000), (900, 8), (500, 400)))
    return gen(prompt(rng.randrange(50), length), tokens)


def sampling(**changes: Any) -> Sampling:
    return Sampling(**{"max_tokens": 8, "ignore_eos": True, **changes})


async def within(seconds: int, call: Coroutine[Any, Any, None]) -> None:
    """Wait so many seconds, in which this process runs: it may be stopped for longer."""
    task = asyncio.ensure_future(call)
    for _ in range(seconds):
        if (await asyncio.wait({task}, timeout=1))[0]:
            return task.result()
    task.cancel()
    raise TimeoutError


@pytest.mark.parametrize(
    "count",
    [pytest.param(1000, marks=pytest.mark.slow), pytest.param(10_000, marks=pytest.mark.soak)],
)
def test_many_requests(tiny: Path, count: int) -> None:
    backend = EngineBackend(tiny, dtype="float32", kv_cache_tokens=800, chunked_prefill_size=64)
    alone = EngineBackend(
        tiny,
        dtype="float32",
        kv_cache_tokens=4000,
        max_running_requests=1,
        disable_radix_cache=True,
    )
    rng, counts, tosses = random.Random(1), collections.Counter[str](), set[tuple[int, ...]]()
    good = well_behaved()
    wanted = [ids_of([ask(alone, each)[0]]) for each in good]

    def check(which: int, reply: Any) -> None:
        assert isinstance(reply, GenReply), reply
        for a, b in zip(ids_of([reply]), wanted[which], strict=True):
            if a != b and a not in tosses:
                assert is_coin_toss(tiny, good[which].ids, a, b)
                tosses.add(a)
        counts["answered as alone"] += 1

    async def one(kind: str) -> None:
        if kind == "well-behaved":
            which = rng.randrange(len(good))
            check(which, await backend.generate(good[which]))
            return
        request = malformed(rng) if kind == "malformed" else oversized(rng)
        if kind == "aborted":
            request = gen(prompt(rng.randrange(50), 60), 200)
        task = asyncio.ensure_future(backend.generate(request))
        if kind == "aborted":
            await asyncio.sleep(rng.random() * 0.05)
            task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        match ended:
            case BackendError(code=code) if code in CODES:
                counts[f"{kind}: {code}"] += 1
            case asyncio.CancelledError():
                counts["aborted"] += 1
            case _:
                assert isinstance(ended, GenReply), ended
                counts[f"{kind}: answered"] += 1

    async def worker(kinds: Any) -> None:
        for n, kind in kinds:
            await within(300, one(kind))
            if n % 50 == 0:
                backend.hint(Retain(good[n % 80].ids, n, 5))
                backend.hint(Release(good[n % 80].ids, n, 4))

    async def run() -> None:
        names, shares = [*SHARES, "well-behaved"], [*SHARES.values(), 1 - sum(SHARES.values())]
        kinds = enumerate(rng.choices(names, shares, k=count))  # shared: each takes the next
        await asyncio.gather(*(worker(kinds) for _ in range(AT_ONCE)))
        while backend.engine.scheduler.has_work:
            await asyncio.sleep(0.01)

    started = time.monotonic()
    asyncio.run(run())
    seconds = time.monotonic() - started
    check_nothing_leaked(backend)
    assert sum(counts.values()) == count
    found = backend.metrics()
    print(f"\n{count} requests in {seconds:.0f} s, {count / seconds:.0f} a second")
    print(
        f"{len(tosses)} texts that part at a coin toss; preempted {found.preempted}, evicted {found.evicted}"
    )
    for what, count in sorted(counts.items()):
        print(f"{count:6} {what}")
    for engine in (backend, alone):
        asyncio.run(engine.close())
