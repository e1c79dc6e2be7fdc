"""One step after another: schedule, compute, sample, tell; and who ends when one of these fails.

One request never hurts another. What fails is charged to the least that it can belong to:

    one request's own work (a listener, a stop rule, a grammar, a reply)   that request ends
    a sampling of several rows                                             each is sampled alone; who fails alone ends
    a forward                                                              who was to read what it computes ends
    the scheduler, the tree, the slots                                     who runs ends; who waits begins anew
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch

from ..backend import BackendError, Release, Retain
from . import device
from .batch import Batch, Segment
from .faults import as_backend_error
from .jobs import GenJob, GenTask, PrefillJob, Request, SelectJob, array
from .metrics import Calls, Times
from .overlap import Pending, may_wait, next_row
from .parts import Parts
from .radix import RadixCache
from .runner import Runner
from .sampler import Row, Sampled, Sampler
from .scheduler import Scheduler
from .slots import SlotAllocator, Slots
from .task import Job, Phase, Task


class Steps:
    """The requests under way and what is done for them. Lives in the engine's thread."""

    def __init__(self, parts: Parts, runner: Runner, times: Times, calls: Calls) -> None:
        self._parts, self._runner, self._times, self._calls = parts, runner, times, calls
        on_card = parts.model.device.type == "cuda"
        self._sampler = Sampler(parts.model.shape.vocab, in_one_kernel=on_card)
        self.scheduler = self._new_scheduler()
        self._requests: dict[Request, None] = {}
        self._pending: Pending | None = None  # sampled, and not read

    @property
    def has_work(self) -> bool:
        """Whether a step would do anything."""
        return self.scheduler.has_work

    # ---- between two steps

    def begin(self, request: Request) -> None:
        """Queue a request."""
        self._requests[request] = None
        with self._charged_to(request):
            self.scheduler.submit(request)
        if not request.tasks and not request.is_over:  # nothing to compute: a select of nothing
            self._answer(request)

    def abort(self, request: Request) -> None:
        """End a request that its caller has given up, if it has not ended."""
        if request in self._requests:
            self._fail(request, BackendError("3106", "the request was aborted"))

    def end_all(self, error: BackendError) -> None:
        """Tell all callers that nothing more is done for them."""
        for request in list(self._requests):
            request.end(None, error)
        self._requests.clear()

    def flush(self) -> None:
        """Forget all keys and values that no request holds."""
        self.scheduler.slots.release(self.scheduler.cache.clear())

    def note(self, hint: Retain | Release) -> None:
        """Pass a hint on to the tree."""
        cache, ids = self.scheduler.cache, array(hint.ids)
        if isinstance(hint, Retain):
            cache.retain(ids, hint.claim, hint.next_use, hint.pin, hint.namespace)
        else:
            cache.release(ids, hint.claim, hint.start, hint.namespace)

    def catch_up(self) -> None:
        """Read what is pending."""
        start = time.perf_counter()
        pending, self._pending = self._pending, None
        if pending is not None:
            self._read(pending)
            self._times.sample += time.perf_counter() - start

    # ---- faults

    def safely(self, work: Callable[[], None]) -> None:
        """Run a step, the end of one, or a command; if it fails, start afresh."""
        try:
            work()
        except Exception as error:
            self._check_device(error)
            self._restart(error)

    def _check_device(self, error: Exception) -> None:
        """Whoever is charged with a failure, a lost device is nobody's fault. Raises DeviceLost."""
        device.check(self._parts.model.device, error)

    @contextmanager
    def _charged_to(self, job: Job) -> Iterator[None]:
        """Work of one request alone: if it fails, the request ends."""
        try:
            yield
        except Exception as error:
            self._fail(job, error)

    def _fail(self, job: Job, error: Exception) -> None:
        """End a request; the slots that are its alone are free again."""
        self._drop(job).end(None, as_backend_error(error))

    def _drop(self, job: Job) -> Request:
        """Do nothing more for a request, whose caller is to be told."""
        assert isinstance(job, Request)
        if self._pending is not None and not self._pending.drop(job.tasks):
            self._pending = None
        self.scheduler.abort(job)
        self._requests.pop(job, None)
        return job

    def _withdraw(self, slots: Slots, error: Exception) -> None:
        """These slots were not computed: who was to read them ends, and the tree forgets them before anyone is told."""
        dropped = [self._drop(job) for job in self.scheduler.readers(slots)]
        self.scheduler.forget(slots)
        for job in dropped:
            job.end(None, as_backend_error(error))

    def _restart(self, error: Exception) -> None:
        """What is known of tree and slots can't be trusted: who holds any ends, who waits is queued beside new ones."""
        waiting = [request for request in self._requests if request.is_waiting]
        running = [request for request in self._requests if not request.is_waiting]
        self._pending = None
        counters, self.scheduler = self.scheduler.counters, self._new_scheduler()
        self.scheduler.counters = counters
        for request in running or waiting:  # somebody ends, or it could fail for ever
            del self._requests[request]
            request.end(None, as_backend_error(error))
        for request in self._requests:
            self.scheduler.submit(request)

    def _new_scheduler(self) -> Scheduler:
        parts = self._parts
        parts.cache = RadixCache(parts.cache.page_size, parts.cache.policy)
        return Scheduler(parts.cache, SlotAllocator(parts.pool.capacity), parts.policy, self._fail)

    # ---- a step

    def step(self) -> None:
        """One forward over everything that is scheduled, then one sampling over everyone who is due.

        Where nothing but the sampled tokens can change what the next step computes, they are left on the device, and
        read when that step has been launched.
        """
        if self._pending is not None and self._step_ahead(self._pending):
            return
        self.catch_up()
        if self.has_work:
            self._step()

    def _step(self) -> None:
        """A step for which everything is known."""
        times, scheduler = self._times, self.scheduler
        t0 = time.perf_counter()
        segments = scheduler.schedule()
        t1 = time.perf_counter()
        if segments:
            self._compute(segments)
        t2 = time.perf_counter()
        fresh = scheduler.computed()
        new = set(fresh)
        due = [t for t in scheduler.ready if isinstance(t, GenTask) and (t.wants_token or t in new)]
        for task in due:
            task.wants_token = False
        if due and self._may_wait(due):
            self._launch(due, [task.row for task in due])
        else:
            self._sample(due)
        self._deliver(fresh)
        t3 = time.perf_counter()
        times.schedule += t1 - t0
        times.sample += t3 - t2

    def _compute(self, segments: Sequence[Segment], ids: torch.Tensor | None = None) -> bool:
        """Run the model; False where it failed."""
        batch = Batch(segments, ids)
        try:
            self._runner.forward(batch)
        except Exception as error:
            self._check_device(error)
            self._withdraw(batch.slots, error)
            return False
        return True

    def _step_ahead(self, pending: Pending) -> bool:
        """Launch the step after the pending one, then read the latter; False, and nothing done, where that can't be."""
        t0 = time.perf_counter()
        due = pending.lasting
        order = sorted(due, key=lambda task: task.serial)
        segments = self.scheduler.look_ahead(order)
        t1 = time.perf_counter()
        if not segments:
            return False
        is_computed = self._compute(segments, pending.ids(order))
        t2 = time.perf_counter()
        self.scheduler.computed()
        self._times.overlapped += is_computed
        self._pending = None
        if is_computed:
            self._launch(due, [next_row(task) for task in due], after=pending)
        else:
            self._read(pending)
        self._times.schedule += t1 - t0
        self._times.sample += time.perf_counter() - t2
        return True

    # ---- sampling

    def _may_wait(self, due: Sequence[GenTask]) -> bool:
        return (
            self._parts.overlaps
            and self.scheduler.can_look_ahead(due)
            and may_wait(due, self._sampler)
        )

    def _launch(
        self, due: Sequence[GenTask], rows: Sequence[Row], after: Pending | None = None
    ) -> None:
        """Sample plain tasks and leave it pending; then read the step before. What fails is sampled with a look."""
        try:
            logits = self._runner.logits([task.last_slot for task in due])
            self._pending = Pending(due, self._sampler.choose(logits, rows))
        except Exception as error:
            self._check_device(error)
            self._pending = None
        is_launched = self._pending is not None
        if after is not None:
            self._read(after)
        if not is_launched:
            self._sample([task for task in due if task.phase is Phase.READY])

    def _read(self, pending: Pending) -> None:
        """Tell the tasks their tokens; those that have ended leave the step after, which has been launched."""
        sampled = pending.read()
        now = time.perf_counter()
        for task, token in sampled:
            if task.phase is not Phase.READY:  # its request has failed meanwhile
                continue
            task.job.work.first = task.job.work.first or now
            with self._charged_to(task.job):
                task.take(Sampled(token))
            if task.guessed and task.phase is Phase.READY:
                self.scheduler.confirm(task, right=0 if task.finish else 1)
            self._tell(task)
        ended = [task for task, _ in sampled if task.finish is not None]
        if self._pending is not None and not self._pending.drop(ended):
            self._pending = None

    def _sample(self, due: Sequence[GenTask]) -> None:
        """The next tokens of every task that is due, from the last hidden states in the pool."""
        for task in due:
            if task.finish is not None:  # nothing was asked of it, or all of its output was forced
                self._tell(task)
        rest = [task for task in due if task.phase is Phase.READY]
        for task, own in self._sampled(rest):
            if task.phase is not Phase.READY:  # its request has failed meanwhile
                continue
            task.job.work.first = task.job.work.first or time.perf_counter()
            right = 0
            with self._charged_to(task.job):
                right = task.take_all(own)
            if task.guessed and task.phase is Phase.READY:
                self.scheduler.settle(task, right)
            self._tell(task)

    def _sampled(self, due: Sequence[GenTask]) -> list[tuple[GenTask, list[Sampled]]]:
        """What is sampled for each; where that fails for all, one by one: who fails alone is to blame, and ends."""
        try:
            return self._sampled_together(due) if due else []
        except Exception as error:
            self._check_device(error)
            found: list[tuple[GenTask, list[Sampled]]] = []
            for task in due:
                with self._charged_to(task.job):
                    found += self._sampled_together([task])
            return found

    def _sampled_together(self, due: Sequence[GenTask]) -> list[tuple[GenTask, list[Sampled]]]:
        """A row each, and one more for every guess. Changes nothing: it may be tried again."""
        logits = self._runner.logits([slot for task in due for slot in task.sampled_slots()])
        rows = [(task, row) for task in due for row in task.rows()]
        restrict = None
        if any(task.matcher is not None for task in due):
            matchers = [task.matcher for task, _ in rows]
            restrict = partial(self._parts.grammar.mask, matchers=matchers)
        sampled = iter(self._sampler.sample(logits, [row for _, row in rows], restrict))
        return [(task, [next(sampled) for _ in range(task.guessed + 1)]) for task in due]

    # ---- answers

    def _tell(self, task: GenTask) -> None:
        """Stream a task's new tokens; end it if they were the last."""
        job = task.job
        assert isinstance(job, GenJob)
        if task.phase is not Phase.READY:
            return
        with self._charged_to(job):
            job.tell(task)
        if task.finish is not None and not job.is_over:
            self.scheduler.finish(task)
            if job.finish_one():
                self._answer(job)

    def _deliver(self, fresh: Sequence[Task]) -> None:
        """Answer the selects and prefills that are computed."""
        for job in dict.fromkeys(task.job for task in fresh):
            if isinstance(job, SelectJob | PrefillJob) and job.is_ready:
                self._answer(job)

    def _answer(self, job: Request) -> None:
        try:
            reply = self._reply(job)
        except Exception as error:
            self._check_device(error)
            self._fail(job, error)
            return
        for task in job.tasks:
            if not isinstance(task, GenTask):
                self.scheduler.finish(task)
        self._calls.add(job.work)
        self._requests.pop(job, None)
        job.end(reply)

    def _reply(self, job: Request) -> Any:
        match job:
            case SelectJob():
                return job.reply(self._runner.scores(*job.positions()))
            case GenJob():
                return job.reply()
            case _:
                return job.close_account()
