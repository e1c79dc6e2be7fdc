"""Who gives way when memory ends: the youngest task that is not in the step.

A preempted task goes back to the queue; what it has computed stays in the tree for as long as there is room. A task
that can't go on even alone fails.
"""

from __future__ import annotations

from collections.abc import Callable

from .counters import Counters
from .memory import Memory
from .slots import Slots
from .standing import Standing
from .task import Job, Task


class OutOfMemory(Exception):
    """A task can't be served even alone."""


class Preemption:
    """Takes room from those who run. `every`: for tests, also without need, every so many steps."""

    def __init__(
        self,
        memory: Memory,
        standing: Standing,
        counters: Counters,
        fail: Callable[[Job, Exception], None],
        every: int = 0,
    ) -> None:
        self._memory, self._standing, self._counters = memory, standing, counters
        self._fail, self._every = fail, every

    def slots_at_any_cost(self, task: Task, count: int) -> Slots | None:
        """Slots for a decoding task, if need be taken from younger ones; None when it gave way itself."""
        standing = self._standing
        while not self._memory.make_room(count):
            victim = max((t for t in standing.holders if not t.fed), key=lambda t: t.serial)
            if victim is not task:
                self._preempt(victim)
                continue
            if standing.running > 1:
                self._preempt(task)
            else:
                self._fail_for_memory(task)
            return None
        return self._memory.slots.allocate(count)

    def unblock(self) -> None:
        """Nothing can go on: the youngest holder gives way; a job that holds everything and can't go on fails."""
        holders = sorted(self._standing.holders, key=lambda t: t.serial)
        if holders and holders[-1].job is not holders[0].job:
            self._preempt(holders[-1])
        elif holders:
            self._fail_for_memory(holders[0])

    def is_due(self, step: int) -> bool:
        """Whether the youngest gives way at a step without need."""
        return self._every > 0 and step % self._every == 0

    def preempt_youngest(self) -> None:
        """Send the youngest back to the queue, if any runs."""
        if holders := self._standing.holders:
            self._preempt(max(holders, key=lambda t: t.serial))

    def _preempt(self, task: Task) -> None:
        self._memory.keep(task, hold=False)
        self._standing.queue_again(task)
        self._counters.preempted += 1

    def _fail_for_memory(self, task: Task) -> None:
        capacity = self._memory.slots.capacity
        count = len(task.job.tasks)
        what = f"{task.length} tokens"
        if count > 1:
            what = f"{count} sequences of up to {max(t.length for t in task.job.tasks)} tokens"
        self._fail(task.job, OutOfMemory(f"{what} don't fit into {capacity} slots"))
