"""The engine and its process: forks, the end of the interpreter, and callers that give up at any moment."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sglc.ir.sampling import Constraint
from sglc.runtime.backend import BackendError, GenRequest, PrefillRequest, SelectRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.mailbox import Mailbox

from .asking import ask, gen, ids_of, prompt
from .test_pressure import check_nothing_leaked

Make = Callable[..., EngineBackend]
SECONDS = 120  # far more than any of it takes

EACH_IN_A_PROCESS = """
import asyncio, atexit, json, os, signal, sys, threading, time
from sglc.ir.sampling import Sampling
from sglc.runtime.backend import BackendError, GenRequest
from sglc.runtime.backends.engine import EngineBackend
folder, seconds, scripts = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
def request(tokens): return GenRequest((1, 2, 3), Sampling(max_tokens=tokens, ignore_eos=True), (1,))
def ask(tokens=3): return asyncio.run(backend.generate(request(tokens))).completions[0].ids
ended = []
for number, script in enumerate(scripts):
    child = os.fork()
    if child == 0:
        signal.alarm(seconds)
        for stream, to in ((1, f"{number}.out"), (2, f"{number}.err")):
            os.dup2(os.open(to, os.O_CREAT | os.O_WRONLY), stream)
        backend = EngineBackend(folder, dtype="float32", kv_cache_tokens=4000, threads=1)
        exec(script)
        break
    ended.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
else:
    print(json.dumps(ended))
"""
Ended = Mapping[str, subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def ended(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """How each script ended in a process of its own: a fork of one that has loaded the libraries, and no more."""
    scripts = {**ENDINGS, "a fork": FORK, "a fork amid requests": PENDING}
    place = tmp_path_factory.mktemp("ended")
    done = subprocess.run(
        [sys.executable, "-c", EACH_IN_A_PROCESS, tiny, str(SECONDS), json.dumps([*scripts.values()])],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"},
        cwd=place, capture_output=True, text=True, timeout=len(scripts) * SECONDS, check=True,
    )  # fmt: skip
    return {
        name: subprocess.CompletedProcess(
            name, code, *((place / f"{number}.{kind}").read_text() for kind in ("out", "err"))
        )
        for number, (name, code) in enumerate(zip(scripts, json.loads(done.stdout), strict=True))
    }


ENDINGS = {
    "in the middle of a request": """
threading.Thread(target=ask, args=(2000,), daemon=True).start()
time.sleep(0.5)
print("done")
""",
    "by an exception": """
threading.Thread(target=ask, args=(2000,), daemon=True).start()
time.sleep(0.5)
print("done")
sys.exit(0)
""",
    "while another thread waits for an answer": """
def late():
    ids = ask(40)
    print("done" if len(ids) == 40 else ids)
threading.Thread(target=late).start()
""",
    "with a loop that is given up": """
async def main():
    task = asyncio.create_task(backend.generate(request(2000)))
    await asyncio.sleep(0.3)
    print("done")
asyncio.run(main())
""",
    "with a loop that is closed under its call": """
loop = asyncio.new_event_loop()
task = loop.create_task(backend.generate(request(300)))
loop.run_until_complete(asyncio.sleep(0.2))
loop.close()
print("done")
""",
    "after a call that comes too late": """
def late():
    try: ask()
    except BackendError as error: print("done" if error.code == "3106" else error)
atexit.register(late)
asyncio.run(backend.close())
""",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_process_ends(ended: Ended, ending: str) -> None:
    done = ended[ending]
    assert done.returncode == 0, done.stderr
    assert done.stdout == "done\n"
    assert "Fatal" not in done.stderr
    assert "terminate called" not in done.stderr


FORK = """
import warnings
warnings.simplefilter("ignore")
before = ask()
busy = threading.Thread(target=ask, args=(400,))
busy.start()
child = os.fork()
if child == 0:
    codes = []
    for _ in range(2):
        try: ask()
        except BackendError as error: codes.append((error.code, "fork" in error.message))
    asyncio.run(backend.close())
    sys.exit(0 if codes == [("3106", True)] * 2 else 9)
state = os.waitpid(child, 0)[1]
busy.join()
print("done" if (os.waitstatus_to_exitcode(state), ask()) == (0, before) else (state, ask()))
"""


def test_a_forked_process_is_told_at_once_and_its_parent_serves_on(ended: Ended) -> None:
    done = ended["a fork"]
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


PENDING = """
import warnings
warnings.simplefilter("ignore")
from sglc.runtime.engine.generation import GenJob
told = []
parts = backend.engine.parts
job = GenJob(
    request(2000), parts.tokenizer, None, lambda reply, error: told.append(error)
)
backend.engine.submit(job)
time.sleep(0.3)
child = os.fork()
if child == 0:
    os._exit(0 if [error.code for error in told] == ["3106"] else 9)
state = os.waitpid(child, 0)[1]
print("done" if state == 0 and not told and len(ask()) == 3 else (state, told))
"""


def test_what_was_asked_before_a_fork_is_told_in_the_fork(ended: Ended) -> None:
    done = ended["a fork amid requests"]
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


REQUESTS: list[Any] = [
    gen(prompt(1, 40), 12, seeds=(1, 2)),
    gen(prompt(2, 9), 12, constraint=Constraint("regex", "[a-z]{20}"), ignore_eos=False),
    SelectRequest(prompt(3, 40), (prompt(4, 6), prompt(5, 3))),
    PrefillRequest(prompt(6, 90)),
]


def call(backend: EngineBackend, request: Any) -> Any:
    """The coroutine that asks."""
    match request:
        case GenRequest():
            return backend.generate(request)
        case SelectRequest():
            return backend.select(request)
        case _:
            return backend.prefill(request)


def test_cancellation_at_each_turn_of_the_loop_and_each_step_leaks_nothing(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls are cancelled after every number of turns and of forwards, next to one that stays."""
    backend = make_backend(chunked_prefill_size=16)
    innocent = gen(prompt(9, 30), 10)
    (wanted,) = ask(backend, innocent)
    runner, steps = backend.engine._runner, 0
    forward = runner.forward

    def counted(batch: Any) -> None:
        nonlocal steps
        forward(batch)
        steps += 1

    monkeypatch.setattr(runner, "forward", counted)

    async def after_turns(task: asyncio.Task[Any], count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(0)
        task.cancel()

    async def after_steps(task: asyncio.Task[Any], count: int) -> None:
        start = steps
        while steps < start + count and not task.done():
            await asyncio.sleep(0)
        task.cancel()

    async def run(cancel: Callable[..., Any], count: int) -> None:
        tasks = [asyncio.create_task(call(backend, request)) for request in REQUESTS]
        beside = asyncio.create_task(backend.generate(innocent))
        await asyncio.gather(*(cancel(task, count) for task in tasks))
        ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), SECONDS)
        assert not [e for e in ended if isinstance(e, Exception)]  # answered or cancelled
        assert ids_of([await beside]) == ids_of([wanted])
        while backend.engine.scheduler.has_work or backend.engine._commands.qsize():
            await asyncio.sleep(0.001)

    for count in (*range(6), 10, 30):
        asyncio.run(run(after_turns, count))
        asyncio.run(run(after_steps, count))
    check_nothing_leaked(backend)


def test_closing_while_callers_come(make_backend: Make) -> None:
    """Callers on several threads, at the moment at which the engine is closed: each is answered or told."""
    backend = make_backend()
    ended: list[object] = []

    def caller(n: int) -> None:
        async def one() -> None:
            for i in range(20):
                try:
                    ended.append(await backend.generate(gen(prompt(n * 100 + i, 5), 2)))
                except BackendError as error:
                    ended.append(error.code)

        asyncio.run(asyncio.wait_for(one(), SECONDS))

    threads = [threading.Thread(target=caller, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    asyncio.run(backend.close())
    for thread in threads:
        thread.join(SECONDS)
    assert len(ended) == 80
    assert {each for each in ended if isinstance(each, str)} <= {"3106"}


def test_a_mailbox_takes_or_refuses_each_command_once() -> None:
    """Four threads put while another takes, and shuts it in their midst."""
    refused: list[int] = []
    taken: list[int] = []
    box = Mailbox[int](refused.append)

    def put(start: int) -> None:
        for n in range(start, start + 2000):
            box.put(n)

    threads = [threading.Thread(target=put, args=(n * 2000,)) for n in range(4)]
    for thread in threads:
        thread.start()
    while len(taken) < 1500:
        taken.append(box.take(wait=True))
    box.shut()
    for thread in threads:
        thread.join()
    assert sorted(taken + refused) == list(range(8000))


def test_a_listener_may_close_the_engine(make_backend: Make) -> None:
    backend = make_backend()
    request = replace(gen(prompt(1, 5), 50), on_tokens=lambda *_: backend.engine.close())
    with pytest.raises(BackendError) as caught:
        ask(backend, request)
    assert caught.value.code == "3106"
