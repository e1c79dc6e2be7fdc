"""The engine: one thread that owns a model, its pool, its tree and its scheduler, and is fed through a queue.

Callers are on other threads (the backend's event loop). They send commands and are called back; they share no state
with the engine but a few counters that are read only.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch

from ..backend import BackendError, Release, Retain
from .batch import Batch
from .jobs import GenJob, GenTask, PrefillJob, Request, SelectJob, array
from .metrics import Calls, Metrics, Times
from .overlap import Pending, may_wait, next_row
from .parts import Parts
from .radix import RadixCache
from .runner import Runner
from .sampler import Row, Sampled, Sampler
from .scheduler import OutOfMemory, Scheduler
from .slots import SlotAllocator
from .task import Job, Task

if TYPE_CHECKING:
    pass


class Engine:
    """Serves requests until it is closed. Several engines may live in one process."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.times, self.calls = Times(), Calls()
        self._runner = Runner(parts, self.times)
        self._sampler = Sampler(parts.model.shape.vocab)
        self.scheduler = self._new_scheduler()
        self._commands: queue.SimpleQueue[tuple[str, Request | Retain | Release | None]] = (
            queue.SimpleQueue()
        )
        self._requests: dict[Request, None] = {}
        self._pending: Pending | None = None  # sampled, and not read
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="sglc-engine", daemon=True)

    # ---- for callers, from any thread

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def submit(self, request: Request) -> None:
        """Queue a request; its caller is told when it ends."""
        self._commands.put(("submit", request))

    def abort(self, request: Request) -> None:
        """Stop working on a request and free what it holds. Nothing happens if it has ended."""
        self._commands.put(("abort", request))

    def flush(self) -> None:
        """Forget all keys and values that no request holds."""
        self._commands.put(("flush", None))

    def hint(self, hint: Retain | Release) -> None:
        """Note what the plan knows of a prompt's future; it counts for evictions from then on."""
        self._commands.put(("hint", hint))

    def close(self) -> None:
        """Stop; whatever is pending fails with 3106. Returns when the thread has ended."""
        self._commands.put(("close", None))
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()

    def metrics(self) -> Metrics:
        """What was done so far, and how long it took."""
        scheduler = self.scheduler
        return Metrics.of(
            self.calls, self.times, scheduler.counters, scheduler.slots, scheduler.cache
        )

    # ---- the thread

    def _run(self) -> None:
        if self.parts.threads:
            torch.set_num_threads(self.parts.threads)
        with torch.inference_mode():
            while not self._closed:
                self._take_commands()
                if self.scheduler.has_work and not self._closed:
                    self._safely(self.step)
        for request in list(self._requests):
            request.end(None, BackendError("3106", "the engine was closed"))
        self._requests.clear()

    def _take_commands(self) -> None:
        """Take what has come; wait for something if there is nothing to do."""
        try:
            while True:
                self._obey(
                    *self._commands.get(block=not self.scheduler.has_work and not self._closed)
                )
                if self._closed:
                    return
        except queue.Empty:
            return

    def _obey(self, verb: str, request: Request | Retain | Release | None) -> None:
        self._safely(self._catch_up)  # commands find everyone between two steps
        if verb == "close":
            self._closed = True
        elif verb == "flush":
            self.scheduler.slots.release(self.scheduler.cache.clear())
        elif isinstance(request, Retain | Release):
            self._note(request)
        elif request is not None and verb == "submit":
            self._requests[request] = None
            self.scheduler.submit(request)
            if not request.tasks:  # nothing to compute: a select without choices
                self._answer(request)
        elif request in self._requests:
            self._fail(request, BackendError("3106", "the request was aborted"))

    def _note(self, hint: Retain | Release) -> None:
        cache, ids = self.scheduler.cache, array(hint.ids)
        if isinstance(hint, Retain):
            cache.retain(ids, hint.claim, hint.next_use, hint.pin, hint.namespace)
        else:
            cache.release(ids, hint.claim, hint.start, hint.namespace)

    def _safely(self, work: Callable[[], None]) -> None:
        """Run a step or the end of one; if it fails, everyone in it fails and the engine starts afresh."""
        try:
            work()
        except Exception as error:
            failure = BackendError("3105", f"the engine failed: {type(error).__name__}: {error}")
            failure.__cause__ = error
            for request in list(self._requests):
                request.end(None, failure)
            self._requests.clear()
            self._pending = None
            self.scheduler = self._new_scheduler()

    def step(self) -> None:
        """One forward over everything that is scheduled, then one sampling over everyone who is due.

        Where nothing but the sampled tokens can change what the next step computes, they are left on the device, and
        read when that step has been launched.
        """
        if self._pending is not None and self._step_ahead(self._pending):
            return
        self._catch_up()
        if self.scheduler.has_work:
            self._step()

    def _step(self) -> None:
        """A step for which everything is known."""
        times, scheduler = self.times, self.scheduler
        t0 = time.perf_counter()
        segments = scheduler.schedule()
        t1 = time.perf_counter()
        if segments:
            self._runner.forward(Batch(segments))
        t2 = time.perf_counter()
        fresh = scheduler.computed()
        new = set(fresh)
        due = [t for t in scheduler.ready if isinstance(t, GenTask) and (t.wants_token or t in new)]
        for task in due:
            task.wants_token = False
        if due and self._may_wait(due):
            self._pending = Pending(due, self._launch_sampling(due, [task.row for task in due]))
        elif due:
            self._sample(due)
        self._deliver(fresh)
        t3 = time.perf_counter()
        times.schedule += t1 - t0
        times.sample += t3 - t2

    def _may_wait(self, due: Sequence[GenTask]) -> bool:
        return (
            self.parts.overlaps
            and self.scheduler.can_look_ahead(due)
            and may_wait(due, self._sampler)
        )

    def _step_ahead(self, pending: Pending) -> bool:
        """Launch the step after the pending one, then read the latter; False, and nothing done, where that can't be."""
        t0 = time.perf_counter()
        due = pending.lasting
        order = sorted(due, key=lambda task: task.serial)
        segments = self.scheduler.look_ahead(order)
        t1 = time.perf_counter()
        if not segments:
            return False
        self._runner.forward(Batch(segments, pending.ids(order)))
        t2 = time.perf_counter()
        self.scheduler.computed()
        rows = [next_row(task) for task in due]
        self._pending = Pending(due, self._launch_sampling(due, rows))
        self.times.overlapped += 1
        self._read(pending)
        self.times.schedule += t1 - t0
        self.times.sample += time.perf_counter() - t2
        return True

    def _catch_up(self) -> None:
        """Read what is pending."""
        start = time.perf_counter()
        pending, self._pending = self._pending, None
        if pending is not None:
            self._read(pending)
            self.times.sample += time.perf_counter() - start

    def _read(self, pending: Pending) -> None:
        """Tell the tasks their tokens; those that have ended leave the step after, which has been launched."""
        sampled = pending.read()
        now = time.perf_counter()
        for task, token in sampled:
            task.job.work.first = task.job.work.first or now
            finished = task.take(Sampled(token))
            if task.guessed:
                self.scheduler.confirm(task, right=0 if finished else 1)
            self._tell(task)
        ended = [task for task, _ in sampled if task.finish is not None]
        if self._pending is not None and not self._pending.drop(ended):
            self._pending = None

    def _launch_sampling(self, due: Sequence[GenTask], rows: Sequence[Row]) -> torch.Tensor:
        """The next tokens of plain tasks, on the device."""
        logits = self._runner.logits([task.last_slot for task in due])
        return self._sampler.choose(logits, rows)

    def _sample(self, due: Sequence[GenTask]) -> None:
        """The next tokens of every task that is due, from the last hidden states in the pool."""
        parts = self.parts
        logits = self._runner.logits([slot for task in due for slot in task.sampled_slots()])
        rows = [(task, row) for task in due for row in task.rows()]
        if any(task.matcher is not None for task in due):
            parts.grammar.mask(logits, [task.matcher for task, _ in rows])
        sampled = iter(self._sampler.sample(logits, [row for _, row in rows]))
        now = time.perf_counter()
        for task in due:
            own = [next(sampled) for _ in range(task.guessed + 1)]
            if task.finish is None:  # else all of its output was forced
                task.job.work.first = task.job.work.first or now
                self._take(task, own)
            self._tell(task)

    def _take(self, task: GenTask, sampled: Sequence[Sampled]) -> None:
        """Add what was sampled, as far as the guesses before it were right."""
        guesses, right = task.guesses(), 0
        finished = task.take(sampled[0])
        while not finished and right < len(guesses) and sampled[right].token == guesses[right]:
            right += 1
            finished = task.take(sampled[right])
        if not finished:
            task.take_forced()
        if guesses:
            self.scheduler.settle(task, right)

    def _tell(self, task: GenTask) -> None:
        """Stream a task's new tokens; end it if they were the last."""
        job = task.job
        assert isinstance(job, GenJob)
        if job.on_tokens is not None and (new := task.untold()):
            job.on_tokens(task.number, new)
        if task.finish is not None:
            self.scheduler.finish(task)
            if job.finish_one():
                self._answer(job)

    def _deliver(self, fresh: Sequence[Task]) -> None:
        """Answer the selects and prefills that are computed."""
        for job in dict.fromkeys(task.job for task in fresh):
            if isinstance(job, SelectJob | PrefillJob) and job.is_ready:
                self._answer(job)

    def _answer(self, job: Request) -> None:
        match job:
            case SelectJob():
                reply = job.reply(self._runner.scores(*job.positions()))
            case GenJob():
                reply = job.reply()
            case _:
                reply = job.close_account()
        for task in job.tasks:
            if not isinstance(task, GenTask):
                self.scheduler.finish(task)
        self.calls.add(job.work)
        self._requests.pop(job, None)
        job.end(reply)

    def _fail(self, job: Job, error: Exception) -> None:
        assert isinstance(job, Request)
        if isinstance(error, OutOfMemory):
            error = BackendError(
                "3103", str(error), "raise `kv_cache_tokens`, or ask for less at once"
            )
        self.scheduler.abort(job)
        self._requests.pop(job, None)
        job.end(None, error)

    def _new_scheduler(self) -> Scheduler:
        parts = self.parts
        parts.cache = RadixCache(parts.cache.page_size, parts.cache.policy)
        return Scheduler(parts.cache, SlotAllocator(parts.pool.capacity), parts.policy, self._fail)
