"""Faults injected at every seam: what fails ends what it belongs to, and nothing else; every slot comes back."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sglc.ir.sampling import Constraint
from sglc.ir.target import StopTracker
from sglc.runtime.backend import (
    BackendError,
    GenReply,
    GenRequest,
    PrefillRequest,
    Release,
    Retain,
    SelectRequest,
)
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.batch import Batch
from sglc.runtime.engine.generation import GenJob, GenTask
from sglc.runtime.engine.grammar import in_time
from sglc.runtime.engine.requests import Request
from sglc.runtime.engine.runner import Runner
from sglc.runtime.engine.sampler import Row, Sampler

from .asking import ask, gen, ids_of, is_coin_toss, prompt
from .test_pressure import check_nothing_leaked

Make = Callable[..., EngineBackend]
MARK = 251  # a token that stands in the victim's prompt alone
WORDS = Constraint("regex", "[a-z ]{40}")


class Injected(RuntimeError):
    """What is thrown into the engine."""


def victim(**changes: Any) -> GenRequest:
    """The request that a fault belongs to: marked by its first token."""
    return replace(gen((MARK, *prompt(1, 30)), 12), **changes)


def beside() -> list[GenRequest]:
    """Well-behaved requests: greedy and sampled, samples of one prompt, constrained, with log probabilities."""
    shared = prompt(2, 25)
    return [
        gen(shared + prompt(3, 4), 12),
        gen(shared + prompt(4, 7), 8, seeds=(1, 2), temperature=0.9),
        gen(prompt(5, 40), 7, logprobs=True, top_logprobs=2),
        gen(prompt(6, 9), 9, constraint=WORDS, ignore_eos=False),
        gen(prompt(7, 20), 9, repetition_penalty=1.2),
    ]


async def settled(call: Any) -> Any:
    """A reply or the error that came in its place; that nothing comes is an error of the test."""
    try:
        return await asyncio.wait_for(call, 60)
    except BackendError as error:
        return error


def among(backend: EngineBackend, *requests: GenRequest) -> list[Any]:
    """What becomes of requests that are all asked at once."""

    async def run() -> list[Any]:
        return await asyncio.gather(*(settled(backend.generate(r)) for r in requests))

    return asyncio.run(run())


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "overlapped"])
def backend(request: pytest.FixtureRequest, tiny: Path) -> Iterator[EngineBackend]:
    """One engine for all faults, one after the other: it serves on. Room for three, so that others wait."""
    made = EngineBackend(
        tiny,
        dtype="float32",
        kv_cache_tokens=600,
        max_running_requests=3,
        overlap_on_cpu=request.param,
    )
    yield made
    asyncio.run(made.close())


@pytest.fixture(scope="module")
def as_alone(tiny: Path) -> Iterator[Callable[[list[GenRequest], list[Any]], None]]:
    """Checks that every request was answered, with what it is answered alone."""
    alone = EngineBackend(
        tiny,
        dtype="float32",
        kv_cache_tokens=4000,
        max_running_requests=1,
        disable_radix_cache=True,
    )
    known: dict[str, GenReply] = {}

    def check(requests: list[GenRequest], found: list[Any]) -> None:
        for request, reply in zip(requests, found, strict=True):
            assert isinstance(reply, GenReply), reply
            if repr(request) not in known:
                (known[repr(request)],) = ask(alone, replace(request, on_tokens=None))
            for a, b in zip(ids_of([reply]), ids_of([known[repr(request)]]), strict=True):
                assert a == b or is_coin_toss(tiny, request.ids, a, b)

    yield check
    asyncio.run(alone.close())


AsAlone = Callable[[list[GenRequest], list[Any]], None]


# ---- what belongs to one request ends that request


def of_victim(job: object) -> bool:
    tasks = getattr(job, "tasks", [])
    return bool(tasks) and tasks[0].ids[0] == MARK


def comes_true(is_so: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether the engine's thread gets there."""
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)
    return is_so()


def raising(times: int = 1) -> Callable[..., Any]:
    """Something that raises from the `times`-th call on."""
    calls = iter(range(times - 1))

    def call(*_: object) -> None:
        if next(calls, None) is None:
            raise Injected

    return call


def from_tracker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stop rules, and the decoding of tokens in them."""
    feed = StopTracker.feed
    seen: dict[StopTracker, int] = {}
    init = StopTracker.__init__

    def mark(self: StopTracker, tokenizer: Any, sampling: Any, ids: Any = (), *more: Any) -> None:
        init(self, tokenizer, sampling, ids, *more)
        if MARK in ids:
            seen[self] = 0

    def fails(self: StopTracker, token: int) -> bool:
        if self in seen:
            seen[self] += 1
            if seen[self] == 4:
                raise Injected
        return feed(self, token)

    monkeypatch.setattr(StopTracker, "__init__", mark)
    monkeypatch.setattr(StopTracker, "feed", fails)


def from_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    """What puts a finished text together: a stop string may cut a token, which is encoded again."""
    reply = GenJob.reply
    monkeypatch.setattr(
        GenJob, "reply", lambda self: raising()() if of_victim(self) else reply(self)
    )


def from_sampling_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that no batch with it can be sampled with."""
    for way in (Sampler.sample, Sampler.choose_unread):

        def fails(
            self: Sampler, logits: Any, rows: list[Row], restrict: Any = None, inner: Any = way
        ) -> Any:
            if any(row.seed == 666 and row.position >= 3 for row in rows):
                raise Injected
            return inner(self, logits, rows, restrict)

        monkeypatch.setattr(Sampler, way.__name__, fails)


def from_guessing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding a token to the sequence: its memory may be gone."""
    push = GenTask.push

    def fails(self: GenTask, token: int) -> None:
        if of_victim(self.job) and self.row.position == 5:
            raise MemoryError
        push(self, token)

    monkeypatch.setattr(GenTask, "push", fails)


@dataclass
class FailingMatcher:
    """A matcher that fails at one of its methods."""

    inner: Any
    at: str
    left: int = 3

    def __getattr__(self, name: str) -> Any:
        if name == self.at:
            self.left -= 1
            if self.left < 0:
                raise Injected
        return getattr(self.inner, name)


ROW_FAULTS = {
    "stop rules": (from_tracker, victim),
    "the reply": (from_reply, victim),
    "the sampler": (from_sampling_the_row, lambda: victim(seeds=(666,))),
    "the sampler, logprobs": (
        from_sampling_the_row,
        lambda: replace(gen((MARK, *prompt(1, 30)), 12, logprobs=True), seeds=(666,)),
    ),
    "memory of the sequence": (from_guessing, victim),
    "listener": (None, lambda: victim(on_tokens=raising(4))),
    "listener at once": (None, lambda: victim(on_tokens=raising(1))),
    "one of its samples": (from_tracker, lambda: victim(seeds=(5, 6, 7))),
}


@pytest.mark.parametrize("seam", ROW_FAULTS)
def test_a_fault_of_one_request_ends_it_alone(
    backend: EngineBackend, as_alone: AsAlone, monkeypatch: pytest.MonkeyPatch, seam: str
) -> None:
    inject, make_victim = ROW_FAULTS[seam]
    with monkeypatch.context() as patch:
        if inject is not None:
            inject(patch)
        ended, *others = among(backend, make_victim(), *beside())
    assert isinstance(ended, BackendError)
    assert ended.code == "3105"
    as_alone(beside(), others)
    check_nothing_leaked(backend)


@pytest.mark.parametrize("at", ["fill", "accept", "is_finished", "can_end", "forced"])
def test_a_fault_of_a_grammar_ends_its_request_alone(
    backend: EngineBackend, as_alone: AsAlone, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    grammar = backend.engine.parts.grammar
    bad, compile = Constraint("regex", "[a-y ]{30}"), grammar.compile

    def compiled(constraint: Constraint) -> Any:
        make = compile(constraint)
        assert make is not None
        return (lambda: FailingMatcher(make(), at)) if constraint == bad else make

    monkeypatch.setattr(grammar, "compile", compiled)
    ended, *others = among(backend, victim(constraint=bad), *beside())
    assert isinstance(ended, BackendError) or at == "can_end"  # nobody asks the latter
    as_alone(beside(), others)
    check_nothing_leaked(backend)


class SlowMatcher:
    """A matcher whose masks take time."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def fill(self, bits: Any) -> None:
        until = time.thread_time() + 2 * in_time.TOKEN_S
        while time.thread_time() < until:
            pass
        self._inner.fill(bits)


@pytest.mark.parametrize("seeds", [(1,), (1, 2, 3, 4)])
def test_a_grammar_whose_masks_take_too_long_ends_its_request_alone(
    backend: EngineBackend,
    as_alone: AsAlone,
    monkeypatch: pytest.MonkeyPatch,
    seeds: tuple[int, ...],
) -> None:
    grammar = backend.engine.parts.grammar
    slow, compile = Constraint("regex", "[a-z ]{400}"), grammar.compile

    def compiled(constraint: Constraint) -> Any:
        make = compile(constraint)
        assert make is not None
        return (lambda: SlowMatcher(make())) if constraint == slow else make

    monkeypatch.setattr(grammar, "compile", compiled)
    monkeypatch.setattr(in_time, "START_S", 0.2)
    ended, *others = among(
        backend, gen(prompt(1, 30), 300, constraint=slow, seeds=seeds), *beside()
    )
    assert isinstance(ended, BackendError)
    assert (ended.code, "take too long" in ended.message) == ("3102", True)
    as_alone(beside(), others)
    check_nothing_leaked(backend)


def test_a_caller_that_cannot_be_told_hurts_nobody(
    backend: EngineBackend, as_alone: AsAlone
) -> None:
    parts = backend.engine.parts
    job = GenJob(victim(), parts.tokenizer, None, raising())
    backend.engine.submit(job)
    as_alone(beside(), among(backend, *beside()))
    assert comes_true(lambda: job.is_over)  # who ends in the same step may be told before it
    check_nothing_leaked(backend)


# ---- what belongs to a step ends the step's requests, and leaves the tree as if they had never been


def fail_forward(
    monkeypatch: pytest.MonkeyPatch,
    backend: EngineBackend,
    is_due: Callable[[int, Batch], bool],
    error: Exception,
) -> None:
    """Fail the forwards that are due, after they have written something into the pool."""
    runner, pool = backend.engine._runner, backend.engine.parts.pool
    forward, calls = runner.forward, 0

    def fails(batch: Batch) -> None:
        nonlocal calls
        calls += 1
        forward(batch)
        if is_due(calls, batch):
            pool.hidden[batch.slots] = float("nan")
            pool.keys[:, batch.slots] = float("nan")
            raise error

    monkeypatch.setattr(runner, "forward", fails)


@pytest.mark.parametrize("step", [1, 2, 5, 9, 14])
@pytest.mark.parametrize("error", [Injected(), MemoryError()], ids=lambda e: type(e).__name__)
def test_a_fault_of_a_forward_ends_who_was_in_it(
    backend: EngineBackend,
    as_alone: AsAlone,
    monkeypatch: pytest.MonkeyPatch,
    step: int,
    error: Exception,
) -> None:
    """The others wait, and are answered; what the step left in the tree is gone."""
    requests = [victim(), *beside()]
    backend.flush()
    with monkeypatch.context() as patch:
        fail_forward(patch, backend, lambda count, _: count == step, error)
        found = among(backend, *requests)
    stayed = [(q, r) for q, r in zip(requests, found, strict=True) if isinstance(r, GenReply)]
    ended = [r for r in found if isinstance(r, BackendError)]
    assert {each.code for each in ended} == {"3105"}
    assert stayed
    as_alone([q for q, _ in stayed], [r for _, r in stayed])
    check_nothing_leaked(backend)
    as_alone(requests, among(backend, *requests))  # and again, on what is cached
    check_nothing_leaked(backend)


def test_a_prompt_that_no_forward_takes_leaves_nothing_in_the_tree(
    backend: EngineBackend, as_alone: AsAlone, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.flush()
    fail_forward(monkeypatch, backend, lambda _, batch: has_victim(batch), Injected())
    for _ in range(3):
        assert isinstance(among(backend, victim())[0], BackendError)
        as_alone(beside(), among(backend, *beside()))
    check_nothing_leaked(backend)
    walk = backend.engine.scheduler.cache.walk()
    assert not any(node.start == 0 and node.key[0] == MARK for node in walk)


def has_victim(batch: Batch) -> bool:
    """Whether a victim's prompt is computed in it."""
    return any(segment.start == 0 and segment.ids[0] == MARK for segment in batch.segments)


def test_identical_prompts_in_a_failed_step_end_together(
    backend: EngineBackend, as_alone: AsAlone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has nothing of its own to compute: it reads what the first was to."""
    backend.flush()
    request = victim()
    with monkeypatch.context() as patch:
        fail_forward(patch, backend, lambda _, batch: has_victim(batch), Injected())

        async def run() -> list[Any]:
            calls: list[Any] = [backend.generate(request) for _ in range(4)]
            calls.append(backend.prefill(PrefillRequest(request.ids)))
            calls.append(backend.select(SelectRequest(request.ids, ((1, 2), (3,)))))
            return await asyncio.gather(*map(settled, calls))

        assert all(isinstance(each, BackendError) for each in asyncio.run(run()))
    check_nothing_leaked(backend)
    as_alone([request] * 4, among(backend, *[request] * 4))


def test_who_is_told_of_a_failed_step_finds_its_slots_given_back(
    backend: EngineBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.flush()
    scheduler, end = backend.engine.scheduler, Request.end
    kept: list[int] = []

    def told(job: Request, *reply: Any) -> None:
        kept.append(scheduler.slots.held)
        end(job, *reply)

    with monkeypatch.context() as patch:
        fail_forward(patch, backend, lambda _, batch: has_victim(batch), Injected())
        patch.setattr(Request, "end", told)
        among(backend, *[victim()] * 4)
    assert kept == [0, 0, 0, 0]


@pytest.mark.parametrize(("owner", "name"), [(Sampler, "sample"), (Runner, "logits")])
def test_a_sampling_that_fails_once_is_done_again_row_by_row(
    backend: EngineBackend,
    as_alone: AsAlone,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    name: str,
) -> None:
    original, calls = getattr(owner, name), 0

    def fails(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls % 5 == 3:
            raise Injected
        return original(*args)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fails)
        found = among(backend, *beside())
    check_nothing_leaked(backend)
    if owner is Sampler:
        as_alone(beside(), found)  # the fifth call is another's
    else:
        assert sum(isinstance(each, GenReply) for each in found) >= 2
    as_alone(beside(), among(backend, *beside()))


# ---- what belongs to the tree or the slots starts afresh

SHARED = [
    ("scheduler", "schedule"),
    ("scheduler", "computed"),
    ("scheduler", "finish"),
    ("scheduler", "submit"),
    ("memory", "keep"),
    ("scheduler", "_admit"),
    ("slots", "allocate"),
    ("slots", "release"),
    ("cache", "match"),
    ("cache", "touch"),
    ("cache", "insert"),
    ("cache", "lock"),
    ("cache", "unlock"),
    ("cache", "evict"),
    ("cache", "retain"),
    ("cache", "release"),
]


@pytest.mark.parametrize("call", [1, 4])
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "name"), SHARED, ids=lambda each: str(each))
def test_a_fault_of_tree_or_slots_hangs_nobody_and_leaves_nothing(
    backend: EngineBackend,
    as_alone: AsAlone,
    monkeypatch: pytest.MonkeyPatch,
    owner: str,
    name: str,
    is_done: bool,
    call: int,
) -> None:
    """Before the change is made, and after it."""
    backend.flush()
    scheduler = backend.engine.scheduler
    part = scheduler if owner == "scheduler" else getattr(scheduler, f"_{owner}", None)
    part = part or getattr(scheduler, owner)
    original, calls = getattr(type(part), name), 0

    def fails(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls != call:
            return original(*args, **named)
        if is_done:
            original(*args, **named)
        raise Injected

    with monkeypatch.context() as patch:
        patch.setattr(type(part), name, fails)
        found = among_with_hints(backend)
    assert calls >= call
    stayed = [(q, r) for q, r in zip(beside(), found, strict=True) if isinstance(r, GenReply)]
    assert all(each.code == "3105" for each in found if isinstance(each, BackendError))
    as_alone([q for q, _ in stayed], [r for _, r in stayed])
    as_alone(beside(), among(backend, *beside()))
    check_nothing_leaked(backend)


def among_with_hints(backend: EngineBackend) -> list[Any]:
    """What becomes of `beside` where hints and flushes come between."""

    async def run() -> list[Any]:
        calls = [asyncio.create_task(settled(backend.generate(r))) for r in beside()]
        for n in range(5):
            backend.hint(Retain(prompt(2, 25), n, 2))
            await asyncio.sleep(0.01)
            backend.hint(Release(prompt(2, 25), n, 3))
            backend.flush()
        return await asyncio.gather(*calls)

    return asyncio.run(run())


def test_who_waits_outlives_a_broken_tree(
    make_backend: Make, as_alone: AsAlone, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = make_backend(max_running_requests=1)
    requests = [gen(prompt(i, 10 + i), 8) for i in range(6)]
    scheduler = type(backend.engine.scheduler)
    requests[0] = replace(requests[0], on_tokens=lambda *_: time.sleep(0.05))  # the others come
    with monkeypatch.context() as patch:
        finish = scheduler.finish

        def fails(self: Any, task: GenTask) -> None:
            raising()() if task.ids[0] == requests[0].ids[0] else finish(self, task)

        patch.setattr(scheduler, "finish", fails)
        first, *others = among(backend, *requests)
    assert isinstance(first, BackendError)
    as_alone(requests[1:], others)
    check_nothing_leaked(backend)


def test_a_tree_that_is_always_broken_ends_everyone(
    backend: EngineBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(backend.engine.scheduler), "schedule", raising())
    assert all(isinstance(each, BackendError) for each in among(backend, *beside()))
    monkeypatch.undo()
    assert all(isinstance(each, GenReply) for each in among(backend, *beside()))


@pytest.mark.parametrize(
    "error",
    [asyncio.CancelledError(), SystemExit(3), KeyboardInterrupt(), GeneratorExit()],
    ids=repr,
)
def test_a_listener_that_wants_to_leave_leaves_alone(
    backend: EngineBackend, error: BaseException
) -> None:
    def leaves(*_: object) -> None:
        raise error

    requests = beside()
    requests[0] = replace(requests[0], on_tokens=leaves)
    failed, *others = among(backend, *requests)
    assert isinstance(failed, BackendError)
    assert (failed.code, type(error).__name__ in failed.message) == ("3105", True)
    assert all(isinstance(each, GenReply) for each in others)


# ---- what ends the thread ends everyone, at once and later


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=repr)
@pytest.mark.parametrize("where", ["forward", "schedule", "submit", "hint"])
def test_when_the_thread_ends_every_caller_is_told(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch, error: BaseException, where: str
) -> None:
    backend = make_backend()

    def fatal(*_: object) -> None:
        raise error

    scheduler = type(backend.engine.scheduler)
    requests = beside()
    match where:
        case "forward":
            monkeypatch.setattr(Runner, "forward", fatal)
        case "hint":
            monkeypatch.setattr(type(backend.engine.scheduler.cache), "release", fatal)
        case _:
            monkeypatch.setattr(scheduler, where, fatal)

    async def run() -> list[Any]:
        calls = [asyncio.create_task(settled(backend.generate(r))) for r in requests]
        await asyncio.sleep(0)
        backend.hint(Release(prompt(2, 25), 1, 3))
        return [*await asyncio.gather(*calls), await settled(backend.generate(victim()))]

    found = asyncio.run(run())
    ended = [each.code for each in found if isinstance(each, BackendError)]
    assert set(ended) == {"3106"}
    assert isinstance(found[-1], BackendError)
    backend.engine._thread.join(10)
    assert not backend.engine._thread.is_alive()
    late: list[Any] = []
    job = Request("", 1, lambda reply, error: late.append(error))
    backend.engine.submit(job)  # past every check: the mailbox is shut
    assert late[0].code == "3106"


@pytest.fixture(autouse=True)
def ends_in_time() -> Iterator[None]:
    """Nothing here may hang: what does is shown with all stacks, and ended."""
    import faulthandler

    faulthandler.dump_traceback_later(180, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()
