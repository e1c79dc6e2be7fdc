"""Constraints of strangers are compiled on trial: a trial ends with its time, its memory or who asked for it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sglc.ir.sampling import Constraint
from sglc.runtime.backend import BackendError
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.grammar import trial
from sglc.runtime.engine.grammar.trial import TrialFailed, Trials, tried

from .asking import gen, prompt

STATES = Constraint("grammar", "root ::= " + " ".join(f"[^{chr(97 + i % 26)}]*" for i in range(60)))


def spins() -> None:
    while True:
        pass


def hoards() -> list[bytearray]:
    return [bytearray(64 << 20) for _ in range(100)]


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes of the trials."""
    found: list[int] = []
    forked = trial._forked
    monkeypatch.setattr(trial, "_forked", lambda *given: found.append(forked(*given)) or found[-1])
    return found


def check_all_gone(processes: list[int]) -> None:
    """No trial is left, not even as a zombie."""
    assert processes
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


@pytest.mark.parametrize("compile", [lambda: None, lambda: 1 / 0])
def test_what_ends_passes_and_what_it_raises_is_found_again_by_who_compiles(
    compile: Callable[[], Any], processes: list[int]
) -> None:
    asyncio.run(tried(compile, 30))
    check_all_gone(processes)


def test_ctrl_c_which_reaches_every_process_of_a_terminal_is_left_to_the_parent(
    processes: list[int],
) -> None:
    def interrupted() -> None:  # asyncio's own handler ends something at the second only
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)

    asyncio.run(tried(interrupted, 30))
    check_all_gone(processes)


@pytest.mark.parametrize("compile", [spins, lambda: time.sleep(60)])
def test_what_takes_too_long_is_ended(compile: Callable[[], Any], processes: list[int]) -> None:
    with pytest.raises(TrialFailed, match=r"longer than 0\.3 s"):
        asyncio.run(tried(compile, 0.3))
    check_all_gone(processes)


@pytest.mark.parametrize("compile", [hoards, lambda: os.kill(os.getpid(), 9), lambda: os._exit(3)])
def test_what_needs_too_much_or_dies_is_refused(
    compile: Callable[[], Any], processes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "MEGABYTES", 256)
    with pytest.raises(TrialFailed, match="256 MB"):
        asyncio.run(tried(compile, 60))
    check_all_gone(processes)


def test_what_needs_less_than_it_may_passes(
    processes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside what this process has mapped, which is far more than it has in memory."""
    monkeypatch.setattr(trial, "MEGABYTES", 256)
    asyncio.run(tried(lambda: bytearray(128 << 20), 60))
    check_all_gone(processes)


def test_a_trial_ends_with_who_asked_for_it(processes: list[int]) -> None:
    async def run() -> None:
        asked = [asyncio.ensure_future(tried(spins, 60)) for _ in range(4)]
        await asyncio.sleep(0.1)
        for task in asked:
            task.cancel()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in found)

    asyncio.run(run())
    assert len(processes) == 4
    check_all_gone(processes)


def test_many_who_ask_for_the_same_wait_for_one_trial(processes: list[int]) -> None:
    """Thirty-two at once, each with its own, took longer than any of them may."""

    async def run() -> None:
        trials = Trials()
        await asyncio.gather(*(trials.passed("a", lambda: time.sleep(0.2), 30) for _ in range(32)))
        assert len(processes) == 1
        found = await asyncio.gather(
            *(trials.passed("b", spins, 0.2) for _ in range(5)), return_exceptions=True
        )
        assert all(isinstance(each, TrialFailed) for each in found)
        assert len(processes) == 2
        await trials.passed(
            "b", lambda: None, 30
        )  # what failed is tried again by whoever asks next

    asyncio.run(run())
    check_all_gone(processes)


def test_a_trial_whose_asker_is_gone_is_begun_anew(processes: list[int]) -> None:
    async def run() -> None:
        trials = Trials()
        asked = [
            asyncio.ensure_future(trials.passed("a", lambda: time.sleep(0.3), 30)) for _ in range(4)
        ]
        await asyncio.sleep(0.1)
        asked[0].cancel()
        asked[2].cancel()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in found] == [
            asyncio.CancelledError, type(None), asyncio.CancelledError, type(None),
        ]  # fmt: skip

    asyncio.run(run())
    assert len(processes) == 2
    check_all_gone(processes)


def test_the_loop_goes_on_beside_a_trial() -> None:
    async def run() -> int:
        task = asyncio.ensure_future(tried(lambda: time.sleep(0.5), 30))
        turns = 0
        while not task.done():
            await asyncio.sleep(0.01)
            turns += 1
        return turns

    assert asyncio.run(run()) > 10


def test_an_engine_refuses_by_name_and_answers_others(tiny: Path, processes: list[int]) -> None:
    backend = EngineBackend(tiny, kv_cache_tokens=400)

    async def run() -> None:
        with pytest.raises(BackendError, match="takes longer") as failed:
            await backend.prepare(STATES, 0.0)
        assert failed.value.code == "3102"
        with pytest.raises(BackendError) as failed:
            await backend.prepare(Constraint("regex", "("), 30)
        assert failed.value.code == "3102"
        fine = Constraint("regex", "[ab]{2}")
        await backend.prepare(fine, 30)
        trials = len(processes)
        await backend.prepare(fine, 30)  # which is known
        await backend.prepare(Constraint("type", "int"), 30)  # which nobody can make hostile
        assert len(processes) == trials == 3
        reply = await backend.generate(gen(prompt(1, 5), 4, constraint=fine))
        assert reply.completions[0].text.strip("ab") == ""
        await backend.close()

    asyncio.run(run())
    check_all_gone(processes)
