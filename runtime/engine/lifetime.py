"""Engines and the process that they live in: they end before it does, and serve nobody in a fork of it.

A thread that is in the middle of a step while the interpreter is taken down can crash it. A forked process has a
copy of the engine and not its thread: whoever waited there would wait for ever.
"""

from __future__ import annotations

import atexit
import os
import weakref
from typing import Protocol

EXIT_S = 10.0  # how long the process waits for the end of a step


class Serving(Protocol):
    """What serves from a thread of its own."""

    def close(self, timeout: float | None = None) -> None:
        """Stop, and wait for the thread, at most so many seconds."""
        ...

    def leave(self) -> None:
        """Told in a forked process: the thread is not here."""
        ...


_SERVING: weakref.WeakSet[Serving] = weakref.WeakSet()


def watch(server: Serving) -> None:
    """Close it before the process ends, and tell it in a fork of the process."""
    _SERVING.add(server)


def unwatch(server: Serving) -> None:
    """It has ended by itself."""
    _SERVING.discard(server)


def _close_all() -> None:
    for server in list(_SERVING):
        server.close(EXIT_S)


def _leave_all() -> None:
    for server in list(_SERVING):
        server.leave()


atexit.register(_close_all)
os.register_at_fork(after_in_child=_leave_all)
