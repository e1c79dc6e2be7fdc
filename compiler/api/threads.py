"""Which thread runs the Python of a compiled program: what plain Python would find there, its pieces find.

`run` runs them in the thread that waits for the run, so that connections, thread locals and context variables are the
caller's. A stream and a coroutine have one thread, in a batch each row has one of eight; all see the caller's context.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, TypeVar

from ...runtime.executor.instance import Outcome

Piece = Callable[[], Any]
T = TypeVar("T")


class WaitingThread:
    """The thread that waits for a run: it serves the pieces until the run is over."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[tuple[Future[Outcome], Piece] | None] = SimpleQueue()
        self._waits: Future[None] = Future()

    async def __call__(self, row: int, piece: Piece) -> Outcome:
        """Have a piece run, and wait for what comes of it."""
        done: Future[Outcome] = Future()
        self._jobs.put((done, piece))
        return await asyncio.wrap_future(done)

    async def begin(self, work: Coroutine[Any, Any, T]) -> T:
        """Begin work once this thread waits for it: from its first request on, Ctrl-C there can end it."""
        try:
            await asyncio.wrap_future(self._waits)
        except BaseException:
            work.close()
            raise
        return await work

    def follow(self, over: Future[None]) -> Future[None]:
        """End with a run; that run."""
        over.add_done_callback(lambda _: self._jobs.put(None))
        return over

    def serve(self, over: Future[None]) -> None:
        """Run pieces until the run is over. Raises what no program catches: Ctrl-C, and `sys.exit`."""
        if self._waits.set_running_or_notify_cancel():
            self._waits.set_result(None)
        while (job := self._jobs.get()) is not None:
            done, piece = job
            if done.set_running_or_notify_cancel():
                done.set_result(outcome_of(piece))


class OwnThreads:
    """Threads of a run's own, each in the context of who made this: those of a row are always in the same one."""

    def __init__(self, most: int = 1) -> None:
        self._most = most
        self._pools: dict[int, ThreadPoolExecutor] = {}
        self._contexts: dict[int, contextvars.Context] = {}
        self._context = contextvars.copy_context()

    async def __call__(self, row: int, piece: Piece) -> Outcome:
        """Have a piece run, and wait for what comes of it."""
        context = self._contexts.setdefault(row, self._context.copy())
        return await asyncio.wrap_future(self._pool(row).submit(context.run, outcome_of, piece))

    def _pool(self, row: int) -> ThreadPoolExecutor:
        number = row % self._most
        if number not in self._pools:
            self._pools[number] = ThreadPoolExecutor(1, thread_name_prefix="sglc-python")
        return self._pools[number]

    def begin(self, work: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
        """Begin work at once."""
        return work

    def follow(self, over: Future[None]) -> Future[None]:
        """End with a run, and wait for nothing that still runs then; that run."""
        over.add_done_callback(lambda _: self._close())
        return over

    def serve(self, over: Future[None]) -> None:
        """Nothing: the threads run by themselves."""

    def _close(self) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)


def outcome_of(piece: Piece) -> Outcome:
    """What a piece gives, or the exception that it raises, which no future takes of every kind."""
    try:
        return Outcome(piece())
    except Exception as error:
        return Outcome(error=error)


def in_this_context(work: Callable[[], Any]) -> Callable[[], Any]:
    """Work for another thread that finds the context variables of this one."""
    context = contextvars.copy_context()
    return lambda: context.run(work)
