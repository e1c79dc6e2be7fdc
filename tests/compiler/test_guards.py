"""What may fail is a guard: a program that it stops has asked no more, and done no more, than it says.

At `-O2` calls may be started before a guard; they are marked, and counted apart.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from sglc.compiler.driver.compilation import Options, compile_module
from sglc.compiler.driver.targets import choose_target
from sglc.ir.span import Source
from sglc.lang.compile import compile_source
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor.executor import execute
from sglc.runtime.plan.errors import RunError
from sglc.runtime.plan.schema import GenStep, HostStep, TogetherStep
from sglc.runtime.trace.records import CallRecord, Trace
from sglc.runtime.trace.worlds import worlds

HEAD = """
extern def check(line: str) -> str
extern def note(line: str) -> str
extern pure def look(line: str) -> str
"""
LONG = "A text that is longer than what it takes to be warmed before anybody asks about it, as a prompt often is. "
PROGRAMS = {
    "between two calls": (
        """
program main(q: str) -> str:
    "First: "
    a = gen(max_tokens=4)
    x = check(q)
    "Second: "
    b = gen(max_tokens=4)
    "Third: "
    c = gen(max_tokens=4)
    return a + x + b + c
""",
        1,
    ),
    "before everything": (
        f"""
program main(q: str) -> str:
    x = check(q)
    "{LONG}"
    a = gen(max_tokens=4)
    return a + x
""",
        0,
    ),
    "before a program": (
        f"""
program answer(q: str) -> str:
    "{LONG}{{q}}"
    a = gen(max_tokens=4)
    return a
program main(q: str) -> str:
    x = check(q)
    a = answer(q)
    b = answer(x)
    return a + b
""",
        0,
    ),
    "in a called program": (
        """
program guarded(q: str) -> str:
    return check(q)
program main(q: str) -> str:
    x = guarded(q)
    "Then {q}: "
    a = gen(max_tokens=4)
    return a + x
""",
        0,
    ),
    "in the second round of a loop": (
        """
program main(q: str) -> str:
    "Go. "
    for word in ["ok", "stop", "never"]:
        x = check(word)
        "{word}: "
        a = gen(max_tokens=4)
    return q
""",
        1,
    ),
    "in an arm, before the next fork": (
        """
program main(q: str) -> str:
    "Go. "
    parallel:
        arm:
            x = check(q)
        arm:
            "One: "
            a = gen(max_tokens=4)
    parallel:
        arm:
            "Two: "
            b = gen(max_tokens=4)
        arm:
            "Three: "
            c = gen(max_tokens=4)
    return a + x + b + c
""",
        1,
    ),
    "a value that is cut short": (
        """
program main(q: str) -> str:
    "Go. "
    parallel:
        arm:
            "One: "
            a: list[int] = gen(max_tokens=1)
        arm:
            "Two: "
            b = gen(max_tokens=4)
    parallel:
        arm:
            "Three: "
            c = gen(max_tokens=4)
        arm:
            "Four: "
            d = gen(max_tokens=4)
    return json(a) + b + c + d
""",
        2,
    ),
    "an index that is out of range": (
        """
program answer(q: str) -> str:
    "{q}"
    a = gen(max_tokens=4)
    return a
program main(q: str) -> str:
    a = answer(q)
    x = split(q, " ")[9]
    b = answer("b")
    return a + x + b
""",
        1,
    ),
    "an effect behind a value that is cut short": (
        """
program main(q: str) -> str:
    "Go. "
    a: list[int] = gen(max_tokens=1)
    x = note(q)
    return json(a) + x
""",
        1,
    ),
}


@dataclass
class Seen:
    """What a run did before it failed: its calls, and its effects in order."""

    code: str
    calls: list[CallRecord]
    effects: list[str]

    @property
    def sure(self) -> list[CallRecord]:
        """The calls that were not started early."""
        return [call for call in self.calls if not call.speculative]


def failing_run(text: str, level: int, **row: Any) -> Seen:
    """Run a program that fails."""
    module, diagnostics = compile_source(Source("guard.sgl", HEAD + text))
    assert module is not None, diagnostics
    choice = choose_target("estimate")
    plan = compile_module(module, Options(entry="main", level=level), choice).plan
    trace, effects = Trace(), list[str]()

    def check(line: str) -> str:
        effects.append(f"checked {line}")
        if line != "ok":
            raise PermissionError("not today")
        return line

    def note(line: str) -> str:
        effects.append(f"noted {line}")
        return line

    hosts = {"check": check, "note": note, "look": lambda line: line}
    with pytest.raises(RunError) as failed:
        asyncio.run(
            execute(
                plan,
                "main",
                row or {"q": "a question"},
                backend=MockBackend(choice.target),
                target=choice.target,
                hosts=hosts,
                trace=trace,
            )
        )
    return Seen(failed.value.code, list(trace.requests), effects)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_is_sent_before_its_guard(name: str, level: int):
    text, most = PROGRAMS[name]
    seen, plain = failing_run(text, level), failing_run(text, 0)

    assert len([call for call in seen.sure if call.is_call]) <= most
    assert {tuple(call.prompt) for call in seen.sure} <= {
        tuple(call.prompt) for call in plain.calls
    }
    assert seen.effects == plain.effects
    assert seen.code == plain.code
    assert level == 2 or seen.sure == seen.calls


def test_what_is_started_early_is_counted():
    seen = failing_run(PROGRAMS["between two calls"][0], 2)

    assert [call.speculative for call in seen.calls if call.is_call] == [False, True, True]
    early = """
program main(q: str) -> str:
    x = check(q)
    "Then {q}: "
    a = gen(max_tokens=4)
    return a + x
"""
    assert [call.speculative for call in failing_run(early, 2).calls] == [True]
    assert failing_run(early, 1).calls == []


def test_a_pure_function_is_no_guard():
    text = f"""
program main(q: str) -> str:
    x = look(q)
    "{LONG}{{x}}"
    a = gen(max_tokens=4)
    y = check(q)
    return a + y
"""
    kinds = {
        call.kind for call in failing_run(text, 1).calls
    }  # which ends first is open: it has its own thread
    assert kinds == {"prefill", "gen"}


TOTAL = """
extern total def log(line: str) -> str
program main(q: str) -> str:
    "First: "
    a = gen(max_tokens=4)
    x = log(q)
    y = log(a)
    "Second: "
    b = gen(max_tokens=4)
    return a + b + x + y
"""


def started_beside(text: str, level: int) -> list[list[str]]:
    """What starts together, host functions and calls by name."""
    module, diagnostics = compile_source(Source("total.sgl", text))
    assert module is not None, diagnostics
    plan = compile_module(module, Options(level=level), choose_target("estimate")).plan
    names = {family.id: family.name for family in plan.families}
    found: list[list[str]] = []
    for step in plan.programs[0].steps:
        beside = step.steps if isinstance(step, TogetherStep) else [step]
        found.append(
            [s.extern if isinstance(s, HostStep) else names[s.family]
             for s in beside if isinstance(s, HostStep | GenStep)]
        )  # fmt: skip
    return [names for names in found if names]


def test_calls_start_beside_a_function_that_is_declared_unable_to_fail():
    assert started_beside(TOTAL, 0) == [["a"], ["log"], ["log"], ["b"]]
    assert started_beside(TOTAL, 1) == [["a", "log"], ["log", "b"]]
    guarded = TOTAL.replace("extern total", "extern")
    assert started_beside(guarded, 1) == [["a", "log"], ["log"], ["b"]]


def test_what_fails_behind_it_waits_for_it():
    """Its effect is there, whatever fails after it."""
    text = TOTAL.replace("b = gen(max_tokens=4)", 'b = split(q, ":")[9]')
    (first, second) = started_beside(text, 1)
    assert (first, second) == (["a", "log"], ["log"])


def test_a_broken_promise_ends_the_run_as_any_failure_does():
    module, _ = compile_source(Source("total.sgl", TOTAL))
    assert module is not None
    choice = choose_target("estimate")
    plan = compile_module(module, Options(), choice).plan

    def log(line: str) -> str:
        raise OSError("the disk is full")

    run = execute(
        plan, "main", {"q": "x"}, backend=MockBackend(choice.target), target=choice.target,
        hosts={"log": log},
    )  # fmt: skip
    with pytest.raises(RunError) as failed:
        asyncio.run(run)
    assert failed.value.code == "SGL3502"
    assert "`extern total def log`" in failed.value.record.help


def test_a_cancelled_call_is_in_the_accounts():
    """The arm that fails ends its sibling's call; what that has prefilled by then is told."""
    text = """
program main(q: str) -> str:
    "Go. "
    parallel:
        arm:
            "One: "
            a: list[int] = gen(max_tokens=1)
        arm:
            "Two, which takes its time: "
            b = gen(max_tokens=64, ignore_eos=true)
    return json(a) + b
"""
    calls = {call.name: call for call in failing_run(text, 1).calls if call.is_call}

    assert calls["a"].error is None
    assert calls["b"].error is not None
    assert calls["b"].error.code == "SGL3606"
    assert calls["b"].prefilled > 0
    assert worlds(calls.values()).lost == calls["b"].prefilled
