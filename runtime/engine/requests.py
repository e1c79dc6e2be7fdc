"""A request: a job with a caller, who is told once how it ended. A prefill is no more than that."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..backend import PrefillRequest, Usage
from .radix import Ids
from .task import Job, Task

_LOG = logging.getLogger(__name__)

Done = Callable[[Any, BaseException | None], None]
"""Told once how a request ended, from the engine's thread: the reply or the error."""


def array(ids: Sequence[int]) -> Ids:
    """Token ids as the engine keeps them."""
    return np.array(ids, dtype=np.int32)


class Request(Job):
    """A job with a caller."""

    def __init__(self, namespace: str, prompt: int, done: Done, idle: bool = False) -> None:
        super().__init__(namespace, idle)
        self.work.prompt = prompt
        self._done = done
        self.is_over = False

    def end(self, reply: Any, error: BaseException | None = None) -> None:
        """Tell the caller, once. That it can't be told hurts nobody else."""
        if self.is_over:
            return
        self.is_over = True
        try:
            self._done(reply, error)
        except BaseException:
            _LOG.exception("the caller of a request could not be told how it ended")

    def close_account(self) -> Usage:
        """The work, with the moment of its end."""
        self.work.ended = time.perf_counter()
        if self.work.first is None:
            self.work.first = self.work.ended
        return self.work.usage()


class PrefillJob(Request):
    """A prompt to be computed ahead of its call; a speculative one on idle slots."""

    def __init__(self, request: PrefillRequest, done: Done) -> None:
        super().__init__(request.namespace, len(request.ids), done, request.speculative)
        self.tasks = [Task(self, array(request.ids), prompt=len(request.ids))]
