"""Tasks put aside while another computes what they would compute too."""

from .task import Task


class Parking:
    """Who waits for whom, and from which position on there is nothing more to wait for."""

    def __init__(self) -> None:
        self._behind: dict[Task, dict[Task, int]] = {}
        self._producer: dict[Task, Task] = {}

    def __len__(self) -> int:
        return len(self._producer)

    def __contains__(self, task: Task) -> bool:
        return task in self._producer

    def park(self, task: Task, producer: Task, apart: int) -> None:
        """Put `task` aside until `producer` has computed `apart` tokens."""
        self._behind.setdefault(producer, {})[task] = apart
        self._producer[task] = producer

    def release(self, producer: Task, computed: int | None = None) -> list[Task]:
        """Let go those that need no more than `computed` tokens; everyone when the producer is done."""
        behind = self._behind.get(producer)
        if not behind:
            return []
        freed = [task for task, apart in behind.items() if computed is None or apart <= computed]
        for task in freed:
            self.remove(task)
        return freed

    def remove(self, task: Task) -> None:
        """Forget a task that was put aside."""
        producer = self._producer.pop(task, None)
        if producer is not None:
            behind = self._behind[producer]
            del behind[task]
            if not behind:
                del self._behind[producer]
