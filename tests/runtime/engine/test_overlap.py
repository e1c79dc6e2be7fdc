"""Overlapped scheduling changes no reply and no account, whatever runs beside, and leaves no slot behind."""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from sglc.ir.sampling import Constraint, Sampling
from sglc.runtime.backend import GenReply, GenRequest, PrefillRequest, SelectRequest, Usage
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine import sampler
from sglc.runtime.engine.generation import GenTask
from sglc.runtime.engine.grammar.backend import GrammarBackend
from sglc.runtime.engine.overlap import Pending
from sglc.runtime.engine.runner import Runner

from .asking import ask, gen, ids_of, is_coin_toss, prompt
from .test_pressure import check_nothing_leaked, workload
from .test_turns import in_turns

Make = Callable[..., EngineBackend]
Asked = GenRequest | SelectRequest | PrefillRequest

SETTINGS: list[dict[str, object]] = [
    {},
    {"chunked_prefill_size": 1},
    {"chunked_prefill_size": 7},
    {"chunked_prefill_size": 512},
    {"kv_cache_tokens": 140},  # about a fifth of what they have
    {"kv_cache_tokens": 140, "chunked_prefill_size": 7, "schedule_policy": "fcfs"},
    {"preempt_every": 3, "chunked_prefill_size": 16},
    {"preempt_every": 10},
    {"page_size": 8},
    {"wait_for_siblings": False},
    {"disable_radix_cache": True},
    {"max_running_requests": 3},
]


def together(backend: EngineBackend, *requests: Asked) -> list[Any]:
    """Send requests so that the engine finds all of them, in order, between two steps."""
    engine, held = backend.engine, threading.Event()

    def hold(sample: int, ids: Sequence[int]) -> None:
        held.set()
        late = time.monotonic() + 20
        while engine._commands.qsize() < len(requests) and time.monotonic() < late:
            time.sleep(0.001)

    async def one(request: Asked) -> Any:
        if isinstance(request, GenRequest):
            return await backend.generate(request)
        if isinstance(request, SelectRequest):
            return await backend.select(request)
        return await backend.prefill(request)

    async def run() -> list[Any]:
        first = asyncio.create_task(backend.generate(replace(gen((9,), 1), on_tokens=hold)))
        while not held.is_set():
            await asyncio.sleep(0.001)
        tasks = [asyncio.create_task(one(request)) for request in requests]
        return (await asyncio.gather(first, *tasks))[1:]

    return asyncio.run(run())


def account(usage: Usage) -> Usage:
    """Without the times."""
    return replace(usage, queue_s=0.0, prefill_s=0.0, decode_s=0.0, ttft_s=0.0)


def told(reply: Any, is_tight: bool) -> Any:
    """All of a reply but its times; where memory is short, without what was found and what was computed again."""
    usage = account(reply if isinstance(reply, Usage) else reply.usage)
    if is_tight:
        usage = replace(usage, cached=0, prefilled=0)
    return usage if isinstance(reply, Usage) else replace(reply, usage=usage)


def both(make: Make, *requests: Asked, **options: object) -> EngineBackend:
    """Ask with and without, with a cold and then a warm cache: the same replies. Returns the one that overlaps.

    Who turns out to have ended holds a slot for a step: where others lack it, they are preempted or evict more.
    """
    is_tight = "kv_cache_tokens" in options or "preempt_every" in options
    plain, overlapping = make(**options), make(overlap_on_cpu=True, **options)
    for order in (requests, requests[::-1]):
        wanted = [told(reply, is_tight) for reply in together(plain, *order)]
        assert [told(reply, is_tight) for reply in together(overlapping, *order)] == wanted
    assert plain.engine.times.overlapped == 0
    check_nothing_leaked(overlapping)
    return overlapping


@pytest.mark.parametrize(
    "options",
    SETTINGS,
    ids=lambda options: ",".join(f"{k}={v}" for k, v in options.items()) or "defaults",
)
def test_replies_and_accounts_are_the_same(make_backend: Make, options: dict[str, object]) -> None:
    backend = both(make_backend, *workload()[:8], **options)  # one of its two trees
    assert backend.metrics().overlapped > 0


def test_a_plain_decode_run_overlaps_nearly_every_step(make_backend: Make) -> None:
    backend = make_backend(overlap_on_cpu=True)
    ask(backend, gen(prompt(1, 20), 40))
    found = backend.metrics()
    assert (found.forwards, found.overlapped) == (40, 39)  # the prompt, and a step for each token
    check_nothing_leaked(backend)


def test_penalties_count_what_was_not_read(make_backend: Make) -> None:
    """Greedy and by chance, beside rows without; they end at different steps."""
    kinds: list[dict[str, Any]] = [
        {"repetition_penalty": 1.4},
        {"frequency_penalty": 0.8, "presence_penalty": 0.3},
        {"frequency_penalty": 1.5, "temperature": 1.0},
        {},
    ]
    asked = [gen(prompt(i, 20), 12 + 5 * i, **kind) for i, kind in enumerate(kinds)]
    backend = both(make_backend, *asked)
    assert backend.metrics().overlapped >= 20


@pytest.mark.parametrize("options", [{}, {"disable_overlap_schedule": True}])
def test_a_cpu_does_not_overlap_unless_told_to(
    make_backend: Make, options: dict[str, object]
) -> None:
    backend = make_backend(overlap_on_cpu=bool(options), **options)
    ask(backend, gen(prompt(1, 20), 10))
    assert backend.metrics().overlapped == 0


def endings(make: Make) -> list[GenRequest]:
    """Requests that end by text, by token and by length, at different steps, among some that go on."""
    starts = [prompt(i, 25) for i in range(6)]
    texts = ids_of(ask(make(), *(gen(ids, 30) for ids in starts)))
    stops = [
        gen(a, 30, stop_token_ids=(b[4 + i],))
        for i, (a, b) in enumerate(zip(starts, texts, strict=True))
    ]
    warm = [
        gen(ids, 60, seeds=(1, 2, 3), temperature=1.5, ignore_eos=False, stop=("e", "1"))
        for ids in starts
    ]
    return [*stops, *warm, gen(starts[0], 1), gen(starts[1], 2), gen(starts[2], 50)]


def test_what_ends_early_is_as_if_it_had_not_been_computed_on(make_backend: Make) -> None:
    requests = endings(make_backend)
    backend = both(make_backend, *requests)
    finishes = {c.finish for r in together(backend, *requests) for c in r.completions}
    assert {"stop", "length"} <= finishes
    assert backend.metrics().overlapped > 0


def test_the_position_behind_an_end_never_enters_the_tree(make_backend: Make) -> None:
    ids = prompt(3, 30)
    text = ids_of(ask(make_backend(), gen(ids, 8)))[0]
    at = max(i for i in range(8) if text[i] not in text[:i])
    backend = make_backend(overlap_on_cpu=True)
    ask(backend, gen(ids, 20, stop_token_ids=(text[at],)))
    assert backend.metrics().overlapped == at + 1  # the last of them in vain
    assert backend.engine.scheduler.cache.tokens == 30 + at
    check_nothing_leaked(backend)
    ask(backend, gen((*ids, *text), 4))  # what comes later finds nothing behind it
    assert ids_of(ask(backend, gen(ids, 8)))[0] == text


def test_streams_are_the_same(make_backend: Make) -> None:
    def streamed(backend: EngineBackend) -> list[tuple[int, tuple[int, ...]]]:
        seen: list[tuple[int, tuple[int, ...]]] = []
        sampling = Sampling(max_tokens=12, temperature=1.0, ignore_eos=True)
        request = GenRequest(
            prompt(1, 10), sampling, (1, 2), on_tokens=lambda n, ids: seen.append((n, tuple(ids)))
        )
        ask(backend, request)
        return seen

    overlapping = make_backend(overlap_on_cpu=True)
    assert streamed(overlapping) == streamed(make_backend())
    assert overlapping.metrics().overlapped > 0


def test_rows_that_are_not_plain_are_read_at_once(make_backend: Make) -> None:
    """Grammars, records, penalties and least lengths beside plain rows that outlast them, selects and prefills."""
    ids = prompt(2, 40)
    requests = [
        gen(ids, 60),
        gen(ids[:30], 60, seeds=(1, 2), temperature=0.8, top_k=20),
        gen(ids[:20], 20, temperature=0.7, logprobs=True, top_logprobs=2),
        gen(ids[:25], 20, repetition_penalty=1.2, frequency_penalty=0.3),
        gen(ids[:35], 30, min_tokens=10, ignore_eos=False, temperature=1.2),
        SelectRequest(ids, (prompt(5, 3), prompt(6, 2))),
        PrefillRequest(prompt(7, 50)),
        SelectRequest(prompt(7, 60), ((1, 2, 3), (1, 4))),
    ]
    backend = both(make_backend, *requests, chunked_prefill_size=16)
    assert backend.metrics().overlapped > 0


def test_grammars_beside_plain_rows(make_backend: Make) -> None:
    """One request constrained, in the middle of others: its compilation decides when it arrives, so texts alone."""
    ids = prompt(2, 40)
    requests = [
        gen(ids, 50),
        gen(ids[:30], 12, constraint=Constraint("regex", "[a-c]{3,9}x"), ignore_eos=False),
        gen(ids[:20], 30, temperature=0.9),
    ]
    plain, overlapping = make_backend(), make_backend(overlap_on_cpu=True)
    for _ in range(2):
        assert [r.completions for r in together(overlapping, *requests)] == [
            r.completions for r in together(plain, *requests)
        ]
    assert overlapping.metrics().overlapped > 80
    check_nothing_leaked(overlapping)


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What engines do from now on: a forward, a mask; tokens that are left unread, by number, and that are read."""
    told: list[str] = []
    names: dict[int, str] = {}

    def note(owner: type, method: str, name: Callable[[Any], str]) -> None:
        inner = getattr(owner, method)

        def noted(self: Any, *arguments: Any, **named: Any) -> Any:
            told.append(name(self))
            return inner(self, *arguments, **named)

        monkeypatch.setattr(owner, method, noted)

    def left(pending: Pending) -> str:
        return f"leave {names.setdefault(id(pending), str(len(names)))}"

    kept: list[Pending] = []  # so that none takes another's place in memory
    note(Runner, "forward", lambda _: "forward")
    note(GrammarBackend, "mask", lambda _: "mask")
    note(Pending, "__init__", lambda pending: kept.append(pending) or left(pending))
    note(Pending, "read", lambda pending: left(pending).replace("leave", "read"))
    return told


def waits(events: list[str]) -> list[str]:
    """The tokens that were read before anything was launched behind them, though something came later."""
    found: list[str] = []
    for at, event in enumerate(events):
        if event.startswith("read"):
            since = events[events.index(event.replace("read", "leave")) : at]
            found += [event] if "forward" not in since and "forward" in events[at:] else []
    return found


@pytest.mark.parametrize("apart", [False, True])
def test_prompts_amid_decoding_are_overlapped(
    make_backend: Make, events: list[str], apart: bool
) -> None:
    """A prompt's chunks, its first token, the end of one that has no other: nobody waits for the device."""
    requests = [
        gen(prompt(1, 10), 40),
        gen(prompt(2, 200), 12, seeds=(1, 2), temperature=0.8, top_k=9),
        gen(prompt(3, 50), 1),
        gen(prompt(4, 9), 20),
        PrefillRequest(prompt(5, 70)),
    ]
    plain, overlapping = (
        make_backend(chunked_prefill_size=20, overlap_on_cpu=on) for on in (False, True)
    )
    if apart:
        in_turns(plain)
        in_turns(overlapping)
    wanted = [told(reply, is_tight=False) for reply in together(plain, *requests)]
    events.clear()
    assert [told(r, is_tight=False) for r in together(overlapping, *requests)] == wanted
    assert events.count("forward") > 40
    assert sum(event.startswith("leave") for event in events) >= 40
    assert waits(events) == []
    check_nothing_leaked(overlapping)


def test_arrivals_do_not_make_a_step_wait(make_backend: Make, events: list[str]) -> None:
    """A request that comes while a step is computed is queued; what that step sampled stays unread."""
    backend = make_backend(overlap_on_cpu=True)
    engine, more = backend.engine, [gen(prompt(i, 8), 6) for i in range(5)]

    async def run() -> None:
        loop, sent = asyncio.get_running_loop(), []

        def hear(_: int, ids: Sequence[int]) -> None:
            if len(sent) < len(more):
                call = backend.generate(more[len(sent)])
                sent.append(asyncio.run_coroutine_threadsafe(call, loop))
                late = time.monotonic() + 20
                while not engine._commands.qsize() and time.monotonic() < late:
                    time.sleep(0.001)

        await backend.generate(replace(gen((9,), 30), on_tokens=hear))
        await asyncio.gather(*map(asyncio.wrap_future, sent))
        assert len(sent) == len(more)

    asyncio.run(run())
    assert waits(events) == []
    check_nothing_leaked(backend)


def test_a_full_tree_keeps_no_step_from_being_overlapped(make_backend: Make) -> None:
    """A server's usual state: nothing is free, and every position takes the place of an older one."""
    backend = make_backend(overlap_on_cpu=True, kv_cache_tokens=150)
    ask(backend, *(gen(prompt(i, 40), 4) for i in range(9)))
    before = backend.metrics()
    assert backend.engine.scheduler.slots.free < 45
    ask(backend, gen(prompt(20, 20), 60))
    found = backend.metrics()
    assert found.evicted > before.evicted
    assert found.overlapped - before.overlapped == found.forwards - before.forwards - 1 == 59
    check_nothing_leaked(backend)


def test_a_mask_is_made_while_the_forward_is_computed(
    make_backend: Make, events: list[str]
) -> None:
    backend = make_backend(overlap_on_cpu=True)
    ask(backend, gen(prompt(1, 20), 30, constraint=Constraint("regex", "[a-z]{20}")))
    found = backend.metrics()
    assert found.overlapped == found.forwards - 1 > 10
    last = found.forwards - 2
    wanted = [["forward", f"read {k}", "mask", f"leave {k + 1}"] for k in range(last)]
    end = ["forward", f"read {last}"]
    assert events == [
        "forward",
        "mask",
        "leave 0",
        *(event for step in wanted for event in step),
        *end,
    ]
    check_nothing_leaked(backend)


def test_what_a_grammar_writes_for_a_token_is_computed_in_its_place(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forced text, canonical tokens, penalties that count what was written: the replies of reading every token."""
    kinds = ["{name: str, age: int, tags: list[str]}", "list[int]", '"yes" | "no" | "perhaps"']
    requests = [
        gen(
            prompt(i, 12),
            40,
            seeds=(1, 2, 3),
            temperature=1.5,
            frequency_penalty=0.4 * (i % 2),
            repetition_penalty=1.2,
            min_tokens=3,
            ignore_eos=False,
            constraint=Constraint("type", kind, style),  # type: ignore[arg-type]
        )
        for i, (kind, style) in enumerate(product(kinds, ("spliced", "canonical")))
    ]
    rewritten = 0
    take_unread = GenTask.take_unread

    def noting(task: GenTask, token: int) -> bool:
        nonlocal rewritten
        at, is_right = task.length, take_unread(task, token)
        rewritten += task.ids[at] != token
        return is_right

    monkeypatch.setattr(GenTask, "take_unread", noting)
    plain, overlapping = make_backend(), make_backend(overlap_on_cpu=True)
    wanted = [told(reply, is_tight=True) for reply in ask(plain, *requests, gen(prompt(9, 9), 60))]
    found = [told(r, is_tight=True) for r in ask(overlapping, *requests, gen(prompt(9, 9), 60))]
    assert found == wanted
    assert rewritten > 0
    assert sum(reply.usage.forced for reply in found) > 0
    assert overlapping.metrics().overlapped > 50
    check_nothing_leaked(overlapping)


@pytest.mark.parametrize(
    ("sampling", "is_overlapped"),
    [
        ({"top_p": 0.9}, False),
        ({"min_p": 0.01}, False),
        ({"top_k": 200}, False),
        ({"top_k": 20, "top_p": 0.9}, True),
        ({}, True),
    ],
    ids=str,
)
def test_what_takes_a_look_at_a_large_vocabulary_is_not_overlapped(
    make_backend: Make,
    monkeypatch: pytest.MonkeyPatch,
    sampling: dict[str, Any],
    is_overlapped: bool,
) -> None:
    """A filter that may keep more than the likeliest few asks the device whether it does, and the host waits for it."""
    monkeypatch.setattr(sampler, "CANDIDATES", 64)
    backend = both(make_backend, gen(prompt(1, 20), 12, temperature=1.0, **sampling))
    assert (backend.metrics().overlapped > 0) == is_overlapped


def test_guesses_are_not_overlapped(make_backend: Make) -> None:
    backend = make_backend(overlap_on_cpu=True, speculative_tokens=3)
    assert ids_of(ask(backend, gen(prompt(1, 40), 20))) == ids_of(
        ask(make_backend(), gen(prompt(1, 40), 20))
    )
    assert backend.metrics().overlapped == 0


def test_requests_that_come_and_go_amid_steps(make_backend: Make, tiny: Path) -> None:
    """Arrivals and aborts at any moment: who stays is answered as if alone, and nothing leaks."""
    backend = make_backend(overlap_on_cpu=True, kv_cache_tokens=900, chunked_prefill_size=20)
    rng = random.Random(6)
    requests = [
        gen(prompt(i % 5, 60) + prompt(i, 5), 30, seeds=range(i % 3 + 1)) for i in range(40)
    ]

    async def run() -> list[GenReply | BaseException]:
        tasks: list[asyncio.Task[GenReply]] = []
        for request in requests:
            tasks.append(asyncio.create_task(backend.generate(request)))
            await asyncio.sleep(rng.choice((0.0, 0.004, 0.03)))
            if rng.random() < 0.4:
                rng.choice(tasks).cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        while backend.engine.scheduler.has_work:
            await asyncio.sleep(0.01)
        return found

    replies = asyncio.run(run())
    check_nothing_leaked(backend)
    assert backend.metrics().overlapped > 0
    stayed = [(q, r) for q, r in zip(requests, replies, strict=True) if isinstance(r, GenReply)]
    assert 5 < len(stayed) < 40
    alone = make_backend(max_running_requests=1, disable_radix_cache=True)
    wanted = ask(alone, *(request for request, _ in stayed))
    for (request, found), expected in zip(stayed, wanted, strict=True):
        for a, b in zip(ids_of([found]), ids_of([expected]), strict=True):
            assert a == b or is_coin_toss(tiny, request.ids, a, b)


def test_a_failing_step_fails_its_requests_and_no_later_one(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = make_backend(overlap_on_cpu=True)
    model, calls = backend.engine.parts.model, 0
    forward = model.forward

    def fails_in_time(*args: Any) -> None:
        nonlocal calls
        calls += 1
        forward(*args) if calls < 4 else 1 / 0

    monkeypatch.setattr(model, "forward", fails_in_time)
    with pytest.raises(Exception, match="ZeroDivisionError"):
        ask(backend, gen(prompt(1, 10), 9))
    assert backend.metrics().overlapped == 2
    monkeypatch.undo()
    assert ids_of(ask(backend, gen(prompt(1, 10), 9))) == ids_of(
        ask(make_backend(), gen(prompt(1, 10), 9))
    )


def test_the_transformers_path_takes_ids_from_the_device(make_backend: Make, tiny: Path) -> None:
    options: dict[str, object] = {"model_path": tiny, "model_impl": "transformers"}
    backend = both(make_backend, gen(prompt(1, 20), 10), gen(prompt(2, 9), 14), **options)
    assert backend.metrics().overlapped > 0
