"""One step after another: schedule, compute, sample, tell.

Where nothing but the sampled tokens can change what the next step computes, they are left on the device, and read when
that step has been launched (`overlap`). Who ends when one of these fails is said in `underway`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch

from ..backend import BackendError, Release, Retain
from .answers import Answers
from .batch import Batch, Segment
from .choosing import Choosing
from .generation import GenTask
from .metrics import Calls, Times
from .overlap import Pending, may_wait, next_row
from .parts import Parts
from .requests import Request, array
from .runner import Runner
from .sampler import Row, Sampled, Sampler
from .scheduler import Scheduler
from .task import Phase
from .underway import UnderWay


class Steps:
    """What is done for the requests under way. Lives in the engine's thread."""

    def __init__(self, parts: Parts, runner: Runner, times: Times, calls: Calls) -> None:
        self._parts, self._runner, self._times = parts, runner, times
        on_card = parts.model.device.type == "cuda"
        self._sampler = Sampler(parts.model.shape.vocab, in_one_kernel=on_card)
        self._under_way = UnderWay(parts)
        self._answers = Answers(runner, calls, self._under_way)
        self._choosing = Choosing(runner, self._sampler, parts, self._under_way)

    @property
    def scheduler(self) -> Scheduler:
        """The scheduler; another one after a fault of its own."""
        return self._under_way.scheduler

    @property
    def has_work(self) -> bool:
        """Whether a step would do anything."""
        return self.scheduler.has_work

    # ---- between two steps

    def begin(self, request: Request) -> None:
        """Queue a request."""
        self._under_way.begin(request)
        if not request.tasks and not request.is_over:  # nothing to compute: a select of nothing
            self._answers.answer(request)

    def abort(self, request: Request) -> None:
        """End a request that its caller has given up, if it has not ended."""
        if request in self._under_way:
            self._under_way.fail(request, BackendError("3106", "the request was aborted"))

    def end_all(self, error: BackendError) -> None:
        """Tell all callers that nothing more is done for them."""
        self._under_way.end_all(error)

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
        pending = self._under_way.take_pending()
        if pending is not None:
            self._read(pending)
            self._times.sample += time.perf_counter() - start

    def safely(self, work: Callable[[], None]) -> None:
        """Run a step, the end of one, or a command; if it fails, start afresh."""
        self._under_way.safely(work)

    # ---- a step

    def step(self) -> None:
        """One forward over everything that is scheduled, then one sampling over everyone who is due."""
        pending = self._under_way.pending
        if pending is not None and self._step_ahead(pending):
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
        self._answers.deliver(fresh)
        t3 = time.perf_counter()
        times.schedule += t1 - t0
        times.sample += t3 - t2

    def _compute(self, segments: Sequence[Segment], ids: torch.Tensor | None = None) -> bool:
        """Run the model; False where it failed."""
        batch = Batch(segments, ids)
        try:
            self._runner.forward(batch)
        except Exception as error:
            self._under_way.check_device(error)
            self._under_way.withdraw(batch.slots, error)
            return False
        return True

    # ---- overlapped

    def _may_wait(self, due: Sequence[GenTask]) -> bool:
        return (
            self._parts.overlaps
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
        is_computed = self._compute(segments, pending.ids(order))
        t2 = time.perf_counter()
        self.scheduler.computed()
        self._times.overlapped += is_computed
        self._under_way.pending = None
        if is_computed:
            self._launch(due, [next_row(task) for task in due], after=pending)
        else:
            self._read(pending)
        self._times.schedule += t1 - t0
        self._times.sample += time.perf_counter() - t2
        return True

    def _launch(
        self, due: Sequence[GenTask], rows: Sequence[Row], after: Pending | None = None
    ) -> None:
        """Sample plain tasks and leave it pending; then read the step before. What fails is sampled with a look."""
        under_way = self._under_way
        try:
            logits = self._runner.logits([task.last_slot for task in due])
            tokens = self._sampler.choose_unread(logits, rows)
            under_way.pending = Pending(due, tokens)
            self._sampler.note(rows, tokens)
        except Exception as error:
            under_way.check_device(error)
            under_way.pending = None
        is_launched = under_way.pending is not None
        if after is not None:
            self._read(after)
        if not is_launched:
            self._sample([task for task in due if task.phase is Phase.READY])

    # ---- tokens

    def _read(self, pending: Pending) -> None:
        """Tell the tasks their tokens; those that have ended leave the step after, which has been launched."""
        sampled, under_way = pending.read(), self._under_way
        now = time.perf_counter()
        for task, token in sampled:
            if task.phase is not Phase.READY:  # its request has failed meanwhile
                continue
            task.job.work.first = task.job.work.first or now
            with under_way.charged_to(task.job):
                task.take(Sampled(token), is_noted=True)
            if task.guessed and task.phase is Phase.READY:
                self.scheduler.confirm(task, right=0 if task.finish else 1)
            self._answers.tell(task)
        ended = [task for task, _ in sampled if task.finish is not None]
        if under_way.pending is not None and not under_way.pending.drop(ended):
            under_way.pending = None

    def _sample(self, due: Sequence[GenTask]) -> None:
        """The next tokens of every task that is due."""
        for task in due:
            if task.finish is not None:  # nothing was asked of it, or all of its output was forced
                self._answers.tell(task)
        rest = [task for task in due if task.phase is Phase.READY]
        for task, own in self._choosing.choose(rest):
            if task.phase is not Phase.READY:  # its request has failed meanwhile
                continue
            task.job.work.first = task.job.work.first or time.perf_counter()
            right = 0
            with self._under_way.charged_to(task.job):
                right = task.take_all(own)
            if task.guessed and task.phase is Phase.READY:
                self.scheduler.settle(task, right)
            self._answers.tell(task)
