"""One step after another: schedule, compute, sample, tell.

The tokens of a step are left on the device where that can be, and read when the next step has been launched
(`overlap`). Who ends when one of these fails is said in `underway`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from functools import partial

from ..backend import BackendError, Release, Retain
from .answers import Answers
from .batch import Batch, Segment
from .choosing import Choosing
from .generation import GenTask
from .metrics import Calls, Times
from .overlap import Pending, next_row
from .parts import Parts
from .requests import Request, array
from .runner import Runner
from .sampler import Sampler
from .scheduler import Scheduler
from .task import Phase, Task
from .underway import UnderWay


class Steps:
    """What is done for the requests under way. Lives in the engine's thread."""

    def __init__(self, parts: Parts, runner: Runner, times: Times, calls: Calls) -> None:
        self._parts, self._runner, self._times = parts, runner, times
        on_card = parts.model.device.type == "cuda"
        sampler = Sampler(parts.model.shape.vocab, on_card, parts.kernels)
        self._under_way = UnderWay(parts)
        self._answers = Answers(runner, calls, self._under_way)
        self._choosing = Choosing(runner, sampler, parts, self._under_way)

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
        start = time.perf_counter()
        pending = self._under_way.pending
        segments = None if pending is None else self.scheduler.look_ahead(pending.lasting)
        if segments is None:
            self.catch_up()
            start, pending = time.perf_counter(), None
            segments = self.scheduler.schedule() if self.has_work else []
        self._times.schedule += time.perf_counter() - start
        is_computed = bool(segments) and self._compute(segments, pending)
        self._times.overlapped += is_computed and pending is not None
        start = time.perf_counter()
        self._follow(pending)
        self._times.sample += time.perf_counter() - start

    def _compute(self, segments: Sequence[Segment], pending: Pending | None) -> bool:
        """Run the model; False where it failed."""
        batch = Batch(segments, pending.fed if pending is not None else None)
        try:
            self._runner.forward(batch)
        except Exception as error:
            self._under_way.check_device(error)
            self._under_way.withdraw(batch.slots, error)
            return False
        return True

    def _follow(self, before: Pending | None) -> None:
        """What comes after a forward. `before`: the tokens of the step before it, which it did not wait for."""
        fresh = self.scheduler.computed()
        due = self._due(fresh)
        self._under_way.pending = None
        if before is None:
            self._sample(due)
        elif self._depends_on(before, due):
            self._read(before)
            self._sample([task for task in due if task.computed == task.length])
        else:
            is_launched = self._launch(due, before.lasting)
            self._read(before)
            if not is_launched:
                self._look([task for task in due if task.computed == task.length])
        self._answers.deliver(fresh)

    def _due(self, fresh: Sequence[Task]) -> list[GenTask]:
        """Who is to be given a token."""
        new = set(fresh)
        found = [t for t in self.scheduler.ready if isinstance(t, GenTask)]
        due = [task for task in found if task.wants_token or task in new]
        for task in due:
            task.wants_token = False
        return due

    def _depends_on(self, before: Pending, due: Sequence[GenTask]) -> bool:
        """Whether unread tokens decide what is sampled next, or sampling will wait for the device anyway."""
        return not due or not self._may_wait(due) or not all(task.is_plain for task in due)

    def _may_wait(self, due: Sequence[GenTask]) -> bool:
        """Whether tokens can be left unread, and there is anything to be done meanwhile."""
        if not self._parts.overlaps or not all(map(self._may_go_unread, due)):
            return False
        return self.scheduler.has_others(due) or not all(t.ends_at_its_limit for t in due)

    def _may_go_unread(self, task: GenTask) -> bool:
        return task.may_go_unread and not self._choosing.looks(task)

    # ---- tokens

    def _sample(self, due: Sequence[GenTask]) -> None:
        """The next tokens of every task that is due, left unread where that can be."""
        for task in due:
            if task.finish is not None:  # nothing was asked of it, or all of its output was forced
                self._answers.tell(task)
        rest = [task for task in due if task.phase is Phase.READY]
        if not rest or not self._may_wait(rest) or not self._launch(rest):
            self._look(rest)

    def _launch(self, due: Sequence[GenTask], unread: Collection[Task] = ()) -> bool:
        """Sample and leave it pending; whether that could be done."""
        row_of = partial(next_row, unread=unread)
        self._under_way.pending = self._choosing.choose_unread(due, row_of)
        return self._under_way.pending is not None

    def _read(self, pending: Pending) -> None:
        """Tell the tasks their tokens; those that have ended leave the step after, which has been launched."""
        sampled, under_way = pending.read(), self._under_way
        now = time.perf_counter()
        for task, token in sampled:
            if task.phase is not Phase.READY:  # its request has failed meanwhile
                continue
            task.job.work.first = task.job.work.first or now
            is_right = False
            with under_way.charged_to(task.job):
                is_right = task.take_unread(token)
            if task.guessed and task.phase is Phase.READY:
                self.scheduler.confirm(task, right=int(is_right))
            self._answers.tell(task)
        ended = [task for task, _ in sampled if task.finish is not None]
        if under_way.pending is not None and not under_way.pending.drop(ended):
            under_way.pending = None

    def _look(self, due: Sequence[GenTask]) -> None:
        """Sample with a look at the tokens; who fails alone ends."""
        for task, own in self._choosing.choose([t for t in due if t.phase is Phase.READY]):
            if task.phase is not Phase.READY:  # its request has failed meanwhile
                continue
            task.job.work.first = task.job.work.first or time.perf_counter()
            right = 0
            with self._under_way.charged_to(task.job):
                right = task.take_all(own)
            if task.guessed and task.phase is Phase.READY:
                self.scheduler.settle(task, right)
            self._answers.tell(task)
