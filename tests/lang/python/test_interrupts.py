"""Ctrl-C, cancelled coroutines and forked processes: nothing is left under way, and nobody waits for ever."""

import asyncio
import os
import signal
import threading
from typing import Any

import pytest
from frontend import Recorder, endpoint

import sglc as sgl
from sglc.compiler.api.threads import WaitingThread

SECONDS = 20


class Slow(Recorder):
    """Answers never; says when it was asked, and when the request was given up."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_now, self.given_up = threading.Event(), threading.Event()

    async def generate(self, request):
        self.asked_now.set()
        try:
            await asyncio.sleep(10 * SECONDS)
        except asyncio.CancelledError:
            self.given_up.set()
            raise
        raise AssertionError("it was waited for")


@sgl.function
def reads(s):
    s += "A" + sgl.gen("x")
    return s["x"]


@sgl.function
def only_appends(s):
    s += "A" + sgl.gen("x")


@pytest.mark.parametrize("mode", ["compiled", "direct"])
@pytest.mark.parametrize("program", [reads, only_appends], ids=lambda program: program.name)
def test_ctrl_c_stops_the_request(program, mode):
    with endpoint(Slow()) as backend:
        slow: Any = backend.backend

        def interrupt():
            slow.asked_now.wait(SECONDS)
            main = threading.main_thread().ident
            assert main is not None
            signal.pthread_kill(main, signal.SIGINT)

        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            program.run(backend=backend, mode=mode)
        assert slow.given_up.wait(SECONDS)


@pytest.mark.parametrize("mode", ["compiled", "direct"])
def test_a_cancelled_coroutine_stops_the_request(mode):
    async def main(backend, slow):
        task = asyncio.ensure_future(reads.run_async(backend=backend, mode=mode))
        await asyncio.to_thread(slow.asked_now.wait, SECONDS)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with endpoint(Slow()) as backend:
        slow: Any = backend.backend
        asyncio.run(main(backend, slow))
        assert slow.given_up.wait(SECONDS)


def test_a_coroutine_cancelled_while_it_starts_stops_the_request(monkeypatch):
    """The request is on its way before whoever started it is back to say so."""
    start = sgl.Program._start

    def slow_start(self, *given):
        started = start(self, *given)
        slow.asked_now.wait(SECONDS)
        cancelled.wait(SECONDS)
        return started

    async def main():
        task = asyncio.ensure_future(reads.run_async(backend=backend, mode="compiled"))
        await asyncio.to_thread(slow.asked_now.wait, SECONDS)
        task.cancel()
        asyncio.get_running_loop().call_later(0.1, cancelled.set)
        with pytest.raises(asyncio.CancelledError):
            await task

    cancelled = threading.Event()
    monkeypatch.setattr(sgl.Program, "_start", slow_start)
    with endpoint(Slow()) as backend:
        slow: Any = backend.backend
        asyncio.run(main())
        assert slow.given_up.wait(SECONDS)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_backend_in_a_forked_process_says_so():
    with sgl.Mock() as mock:
        only_appends.run(backend=mock)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                only_appends.run(backend=mock)
                said = "it ran"
            except BaseException as error:
                said = f"{type(error).__name__}: {error}"
            os.write(write, said.encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            said = pipe.read()
        os.waitpid(child, 0)
    assert said.startswith("RuntimeError: the backend was made in another process")
    assert "`spawn`" in said


def test_nothing_is_asked_before_somebody_waits_who_can_end_it():
    with endpoint(Recorder()) as backend:
        thread, asked = WaitingThread(), threading.Event()

        async def work():
            asked.set()

        over = thread.follow(backend.loop.start(thread.begin(work())))
        assert not asked.wait(0.2)
        thread.serve(over)
        assert asked.is_set()


def test_what_nobody_waits_for_is_never_asked():
    with endpoint(Recorder()) as backend:
        thread, asked = WaitingThread(), threading.Event()

        async def work():
            asked.set()

        over = thread.follow(backend.loop.start(thread.begin(work())))
        over.cancel()
        thread.serve(over)
        assert not asked.is_set()
