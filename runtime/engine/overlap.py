"""A step that is launched and not read: the next one is scheduled and launched before the host sees its tokens.

    host     schedule k+1 | launch k+1 | read k, stop rules, streams | schedule k+2 | launch k+2 | read k+1
    device   ........ k ............... | ............ k+1 ......................... | ...... k+2

A task that decodes in step k+1 computes one position whose token the host doesn't know: the id goes from sampling to
the embedding on the device. Whoever turns out to have ended in step k gives that position's slot back, and is dropped
from k+1. A step of prompts leaves those tasks alone; their tokens are read while it is computed.

What step k+1 samples is launched with its forward where nothing depends on the tokens of step k, else once these are
read: a mask, a least length. The forward is being computed meanwhile.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
import torch

from .generation import GenTask
from .sampler import Row
from .task import Task
from .transfers import Fetch, send


class Pending:
    """The tokens that were sampled for some tasks, one each, still on the device."""

    def __init__(self, tasks: Sequence[GenTask], tokens: torch.Tensor) -> None:
        self._rows = {task: row for row, task in enumerate(tasks)}
        self._tokens, self._fetch = tokens, Fetch(tokens)

    @property
    def lasting(self) -> dict[Task, None]:
        """The tasks that go on after their token, as far as the host can tell."""
        return {task: None for task in self._rows if not task.ends_at_its_limit}

    @property
    def fed(self) -> torch.Tensor | None:
        """The tokens that the step after it computes, in the order of its segments, on the device."""
        tasks = sorted((t for t in self._rows if t.guessed), key=lambda task: task.serial)
        return self._ids(tasks) if tasks else None

    def _ids(self, tasks: Sequence[GenTask]) -> torch.Tensor:
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


def next_row(task: GenTask, unread: Collection[Task]) -> Row:
    """What is sampled for a task next: after a token that the host doesn't know yet, one position on."""
    return replace(task.row, position=task.row.position + 1) if task in unread else task.row
