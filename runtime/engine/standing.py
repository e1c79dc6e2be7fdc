"""Where each task stands: in the queue, under way, ready for its next token, or put aside behind another."""

from __future__ import annotations

from .parking import Parking
from .task import Phase, Task


class Standing:
    """The lists of a scheduler. A task stands in one of them at most."""

    def __init__(self) -> None:
        self.waiting: dict[Task, None] = {}
        self.prefilling: dict[Task, None] = {}
        self.ready: dict[Task, None] = {}  # decoding, or waiting for the rest of their job
        self.parking = Parking()

    @property
    def holders(self) -> list[Task]:
        """The tasks that hold slots, or a path in the tree."""
        return [*self.prefilling, *self.ready]

    @property
    def running(self) -> int:
        """How many tasks are under way."""
        return len(self.prefilling) + len(self.ready)

    def remove(self, task: Task) -> None:
        """Take a task out of every list; those parked behind it go back to the queue."""
        for place in (self.waiting, self.prefilling, self.ready):
            place.pop(task, None)
        self.parking.remove(task)
        self.let_go(task)

    def let_go(self, task: Task, computed: int | None = None) -> list[Task]:
        """Queue those that were parked behind a task and need no more of it; returns them."""
        freed = self.parking.release(task, computed)
        self.waiting.update(dict.fromkeys(freed))
        return freed

    def queue_again(self, task: Task) -> None:
        """Send a task that holds nothing any more back to the queue."""
        self.remove(task)
        task.phase = Phase.WAITING
        task.wants_token = False
        self.waiting[task] = None
