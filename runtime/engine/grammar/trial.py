"""A stranger's constraint is compiled on trial, in a forked process that is ended with whoever asked.

Compilers of grammars can't be interrupted, and a small grammar can cost them minutes. A process can be: when the time
is over, or the client gone, nothing of the trial goes on. What passed costs as much once more, here. A fork is there at
once, with the vocabulary that it needs; a process of its own would import for seconds.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import threading
import warnings
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, NoReturn

MEGABYTES = 2048
"""What a trial may need beyond the memory that the process has."""
_PAUSES = (0.001, 0.05)  # between two looks at the trial: at first, and at most


class TrialFailed(Exception):
    """A trial that took too long, or too much memory; the message says which."""


class Trials:
    """Those under way, one of each constraint: who asks for what is being tried waits for what comes of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, Future[TrialFailed | None]] = {}

    async def passed(self, what: Hashable, compile: Callable[[], Any], seconds: float) -> None:
        """Return when the trial of `what` has passed, ours or that of an earlier asker. Raises TrialFailed."""
        while True:
            with self._lock:
                earlier = self._under_way.get(what)
                ours = self._under_way.setdefault(what, Future())
            if earlier is None:
                await self._first(what, ours, tried(compile, seconds))
                return
            await asyncio.wait([asyncio.wrap_future(earlier)])
            if not earlier.cancelled():
                if (failed := earlier.result()) is not None:
                    raise failed
                return

    async def _first(
        self, what: Hashable, told: Future[TrialFailed | None], trial: Awaitable[None]
    ) -> None:
        failed: TrialFailed | None = None
        try:
            await trial
        except TrialFailed as error:
            failed = error
            raise
        except BaseException:
            told.cancel()  # who asked is gone: one of those who wait begins anew
            raise
        finally:
            with self._lock:
                del self._under_way[what]
            if not told.cancelled():
                told.set_result(failed)


async def tried(compile: Callable[[], Any], seconds: float) -> None:
    """Run `compile` in a forked process, which ends after `seconds` or when this is cancelled.

    What it raises is not told: who compiles afterwards finds it again. Raises TrialFailed.
    """
    if not hasattr(os, "fork"):
        return
    process = _forked(compile, seconds)
    is_over = False
    try:
        status = await _ended(process, monotonic() + seconds)
        is_over = status is not None
    finally:
        if not is_over:
            _end(process)
    if status is None:
        raise TrialFailed(f"takes longer than {seconds:g} s")
    if os.waitstatus_to_exitcode(status):
        raise TrialFailed(f"takes more than {MEGABYTES} MB, or {seconds:g} s")


async def _ended(process: int, deadline: float) -> int | None:
    """The status of a process, None if it does not end in time."""
    pause, most = _PAUSES
    while monotonic() < deadline:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return status
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, most)
    return None


def _end(process: int) -> None:
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _forked(compile: Callable[[], Any], seconds: float) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # threads, of which the trial needs none
        process = os.fork()
    return process or _child(compile, seconds)


def _child(compile: Callable[[], Any], seconds: float) -> NoReturn:
    code = 1
    try:
        _limit(seconds)
        compile()
        code = 0
    except MemoryError:
        pass
    except Exception:
        code = 0
    finally:
        os._exit(code)  # nothing of the parent's is closed or flushed here


def _limit(seconds: float) -> None:
    """Bound time and memory, also for the case that nobody is left to end the trial."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(-1)
    os.nice(5)
    whole = int(seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + (MEGABYTES << 20)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
