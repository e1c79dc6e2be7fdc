"""What a scheduler says of itself: the clock of a plan's hints, and whether somebody else has work."""

from sglc.runtime.engine.radix import RadixCache
from sglc.runtime.engine.requests import array
from sglc.runtime.engine.scheduler import Policy, Scheduler
from sglc.runtime.engine.slots import SlotAllocator
from sglc.runtime.engine.task import Job, Task


def made() -> Scheduler:
    def fail(job: Job, error: Exception) -> None:
        raise error

    return Scheduler(RadixCache(), SlotAllocator(100), Policy(), fail)


def job_of(*ids: int) -> Job:
    job = Job()
    job.tasks = [Task(job, array(ids), prompt=len(ids))]
    return job


def test_every_call_is_one_tick_of_the_hints_clock() -> None:
    scheduler = made()
    for count in (1, 2, 3):
        scheduler.submit(job_of(count, 7, 8))
        assert scheduler.cache.calls == count


def test_others_are_those_that_wait_and_those_that_are_not_due() -> None:
    scheduler = made()
    first, second, third = job_of(1, 2), job_of(3, 4), job_of(5, 6)
    scheduler.submit(first)
    scheduler.submit(second)
    scheduler.schedule()
    scheduler.computed()
    assert set(scheduler.ready) == {*first.tasks, *second.tasks}
    assert not scheduler.has_others([*first.tasks, *second.tasks])
    assert scheduler.has_others(first.tasks)
    scheduler.submit(third)
    assert scheduler.has_others([*first.tasks, *second.tasks])


def test_decoding_tasks_get_slots_of_their_own_however_many_each_needs() -> None:
    scheduler = made()
    jobs = [job_of(1, 2), job_of(3, 4), job_of(5, 6)]
    for job in jobs:
        scheduler.submit(job)
    scheduler.schedule()
    scheduler.computed()
    tasks = [job.tasks[0] for job in jobs]
    for task, count in zip(tasks, (1, 3, 2), strict=True):
        for _ in range(count):
            task.push(9)
    segments = scheduler.schedule()
    scheduler.computed()
    assert [len(segment.slots) for segment in segments] == [1, 3, 2]
    held = [slot for task in tasks for slot in task.all_slots().tolist()]
    assert len(set(held)) == len(held) == scheduler.slots.held == 12
    assert [t.computed for t in tasks] == [3, 5, 4]
