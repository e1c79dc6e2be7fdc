"""What callers hear: tokens as they come, and the reply when all that was asked for is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .generation import GenJob, GenTask
from .metrics import Calls
from .requests import PrefillJob, Request
from .runner import Runner
from .selection import SelectJob
from .task import Phase, Task
from .underway import UnderWay


class Answers:
    """Tells the callers of the requests under way."""

    def __init__(self, runner: Runner, calls: Calls, under_way: UnderWay) -> None:
        self._runner, self._calls, self._under_way = runner, calls, under_way

    def tell(self, task: GenTask) -> None:
        """Stream a task's new tokens; end it if they were the last."""
        job = task.job
        assert isinstance(job, GenJob)
        if task.phase is not Phase.READY:
            return
        if job.on_tokens is None and task.finish is None:  # most rows of most steps
            return
        with self._under_way.charged_to(job):
            job.tell(task)
        if task.finish is not None and not job.is_over:
            self._under_way.scheduler.finish(task)
            task.row.stop_counting()
            if job.finish_one():
                self.answer(job)

    def deliver(self, fresh: Sequence[Task]) -> None:
        """Answer the selects and prefills that are computed."""
        for job in dict.fromkeys(task.job for task in fresh):
            if isinstance(job, SelectJob | PrefillJob) and job.is_ready:
                self.answer(job)

    def answer(self, job: Request) -> None:
        """Make the reply of a request that has all it needs, and end it."""
        try:
            reply = self._reply(job)
        except Exception as error:
            self._under_way.check_device(error)
            self._under_way.fail(job, error)
            return
        for task in job.tasks:
            if not isinstance(task, GenTask):
                self._under_way.scheduler.finish(task)
        self._calls.add(job.work)
        self._under_way.end(job)
        job.end(reply)

    def _reply(self, job: Request) -> Any:
        match job:
            case SelectJob():
                return job.reply(self._runner.scores(*job.positions()))
            case GenJob():
                return job.reply()
            case _:
                return job.close_account()
