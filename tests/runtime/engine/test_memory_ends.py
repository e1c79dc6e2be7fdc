"""The scheduler alone, without a model: who gives way when the pool is full, and who goes on beside those that wait."""

from __future__ import annotations

import pytest

from sglc.runtime.engine.batch import Segment
from sglc.runtime.engine.preemption import OutOfMemory
from sglc.runtime.engine.radix import RadixCache
from sglc.runtime.engine.requests import array
from sglc.runtime.engine.scheduler import Policy, Scheduler
from sglc.runtime.engine.slots import SlotAllocator
from sglc.runtime.engine.task import Job, Phase, Task

from .asking import prompt

MOST = 40
"""Steps after which nothing is expected to come any more."""


class Driven:
    """A scheduler whose forwards compute nothing. A job ends when all of its tasks are ready."""

    def __init__(self, capacity: int, policy: Policy = Policy()) -> None:  # noqa: B008 (frozen)
        self.failed: dict[Job, Exception] = {}
        self.scheduler = Scheduler(RadixCache(), SlotAllocator(capacity), policy, self._fail)

    def step(self) -> list[Segment]:
        """Schedule, and take what was scheduled as computed."""
        segments = self.scheduler.schedule()
        self.scheduler.computed()
        return segments

    def finish(self, *jobs: Job) -> int:
        """Run until jobs have ended; returns how many steps it took."""
        for step in range(1, MOST + 1):
            self.step()
            for job in jobs:
                if job.is_ready:
                    for task in job.tasks:
                        self.scheduler.finish(task)
            if all(task.phase is Phase.DONE for job in jobs for task in job.tasks):
                return step
        raise AssertionError("nothing goes on")

    def _fail(self, job: Job, error: Exception) -> None:
        self.failed[job] = error
        self.scheduler.abort(job)


def job_of(*texts: tuple[int, ...]) -> Job:
    """A job that needs all of these at once, as a select does."""
    job = Job()
    job.tasks = [Task(job, array(text), prompt=len(text)) for text in texts]
    return job


def half_done() -> tuple[Driven, Job, Job]:
    """Two jobs of two tasks; one task of each fits into the pool together, and no third."""
    driven = Driven(100)
    known = prompt(3, 30)
    driven.scheduler.submit(seen := job_of(known))
    driven.finish(seen)
    older = job_of(prompt(1, 40), prompt(2, 40))
    younger = job_of(
        known + prompt(5, 10), prompt(11, 40)
    )  # its first is found in part, and goes first
    driven.scheduler.submit(older)
    driven.scheduler.submit(younger)
    driven.step()
    assert [task.phase for task in (*older.tasks, *younger.tasks)] == [
        Phase.READY, Phase.WAITING, Phase.READY, Phase.WAITING,
    ]  # fmt: skip
    return driven, older, younger


def test_of_two_jobs_that_fill_the_pool_the_younger_gives_way() -> None:
    driven, older, younger = half_done()
    driven.step()
    assert younger.tasks[0].phase is Phase.WAITING
    assert older.tasks[0].phase is Phase.READY
    driven.finish(older, younger)
    assert driven.failed == {}
    assert driven.scheduler.counters.preempted == 1
    assert driven.scheduler.cache.locked_tokens == 0
    assert driven.scheduler.slots.held == driven.scheduler.cache.tokens


def test_a_job_that_holds_everything_and_needs_more_fails_alone() -> None:
    driven = Driven(100)
    large, small = job_of(prompt(1, 60), prompt(2, 60)), job_of(prompt(3, 20))
    driven.scheduler.submit(large)
    driven.scheduler.submit(small)
    driven.finish(small)
    assert list(driven.failed) == [large]
    assert isinstance(driven.failed[large], OutOfMemory)
    assert driven.scheduler.slots.held == driven.scheduler.cache.tokens


@pytest.mark.parametrize("apart", [False, True], ids=["together", "in turns"])
def test_who_decodes_goes_on_beside_an_older_task_that_waits_for_its_job(apart: bool) -> None:
    driven = Driven(400, Policy(chunked_prefill_size=16, prefill_apart=apart))
    waits, long = prompt(1, 8), prompt(2, 120)
    older, decoder = job_of(waits, long), job_of(prompt(3, 8))
    driven.scheduler.submit(decoder)
    driven.step()
    driven.scheduler.submit(older)
    while older.tasks[0].phase is not Phase.READY:
        driven.step()
    (task,) = decoder.tasks
    assert older.tasks[0].serial < task.serial
    for _ in range(3):
        task.push(7)
        for _ in range(1 + apart):
            driven.step()
        assert task.computed == task.length
    assert older.tasks[1].phase is Phase.PREFILLING
