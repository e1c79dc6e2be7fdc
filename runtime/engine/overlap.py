"""A step that is launched and not read: the next one is scheduled and launched before the host sees its tokens.

    host     schedule k+1 | launch k+1 | read k, stop rules, streams | schedule k+2 | launch k+2 | read k+1
    device   ........ k ............... | ............ k+1 ......................... | ...... k+2

A task in step k+1 computes one position whose token the host doesn't know: the id goes from sampling to the embedding
on the device. Whoever turns out to have ended in step k gives that position's slot back, and is dropped from k+1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import torch

from .generation import GenTask
from .sampler import Row, Sampler
from .task import Task
from .transfers import Fetch, send


class Pending:
    """The tokens that were sampled for some tasks, one each, still on the device."""

    def __init__(self, tasks: Sequence[GenTask], tokens: torch.Tensor) -> None:
        self._rows = {task: row for row, task in enumerate(tasks)}
        self._tokens, self._fetch = tokens, Fetch(tokens)

    @property
    def lasting(self) -> list[GenTask]:
        """The tasks that go on after their token, as far as the host can tell."""
        return [task for task in self._rows if not task.ends_at_its_limit]

    def ids(self, tasks: Sequence[GenTask]) -> torch.Tensor:
        """The tokens of some of the tasks, on the device."""
        rows = np.array([self._rows[task] for task in tasks])
        if len(rows) == len(self._tokens) and (rows == np.arange(len(rows))).all():
            return self._tokens
        return self._tokens.index_select(0, send(rows, self._tokens.device))

    def drop(self, ended: Iterable[Task]) -> bool:
        """Forget tasks that have ended; returns whether any is left."""
        gone = set(ended)
        self._rows = {task: row for task, row in self._rows.items() if task not in gone}
        return bool(self._rows)

    def read(self) -> list[tuple[GenTask, int]]:
        """Every task's token, on the host."""
        tokens = self._fetch.ints()
        return [(task, tokens[row]) for task, row in self._rows.items()]


def may_wait(due: Sequence[GenTask], sampler: Sampler) -> bool:
    """Whether the tokens of these tasks can be sampled, and fed to the next step, without a look at them."""
    return any(not task.ends_at_its_limit for task in due) and all(
        task.is_plain and not sampler.looks(task.row) for task in due
    )


def next_row(task: GenTask) -> Row:
    """What is sampled after a token that the host doesn't know yet."""
    return replace(task.row, position=task.row.position + 1)
