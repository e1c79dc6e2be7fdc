"""A host function runs beside the calls that it does not need, and after those that it does."""

import asyncio
from typing import Any

import pytest

from sglc.compiler.driver.compilation import Options, compile_module
from sglc.compiler.driver.targets import choose_target
from sglc.ir.span import Source
from sglc.lang.compile import compile_source
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor.executor import execute
from sglc.runtime.plan import schema as p
from sglc.runtime.trace.records import Trace

PROGRAM = """
extern def look(what: str) -> str

program beside(question: str) -> str:
    "Q: {question}\\nA:"
    answer = gen(max_tokens=24, ignore_eos=true)
    found = look(ARGUMENT)
    "\\nFound: {found}\\n"
    last = gen(max_tokens=4)
    return last
"""


def run(argument: str, level: int) -> tuple[p.Plan, list[str], Trace]:
    """The plan, the order of what happened, and the trace."""
    source = Source("beside.sgl", PROGRAM.replace("ARGUMENT", argument))
    module, _ = compile_source(source)
    assert module is not None
    choice = choose_target("estimate")
    plan = compile_module(module, Options(level=level), choice, (), "beside.sgl").plan
    backend, events, trace = MockBackend(choice.target), [], Trace()

    async def look(what: str) -> str:
        events.append(f"looked at {backend.clock():.3f}")
        return what[:5]

    row: dict[str, Any] = {"question": "Who has seen the wind?"}
    asyncio.run(
        execute(
            plan,
            "beside",
            row,
            backend=backend,
            target=choice.target,
            hosts={"look": look},
            trace=trace,
        )
    )
    return plan, events, trace


def together(plan: p.Plan) -> list[set[type]]:
    return [
        set(map(type, s.steps)) for s in plan.programs[0].steps if isinstance(s, p.TogetherStep)
    ]


def test_it_starts_while_the_call_runs():
    plan, events, trace = run("question", level=1)
    assert {p.GenStep, p.HostStep} in together(plan)
    assert events == ["looked at 0.000"]
    assert trace.calls[0].ended > 0


@pytest.mark.parametrize(("argument", "level"), [("answer", 1), ("question", 0)])
def test_it_waits_for_what_it_needs_and_as_written_it_waits(argument: str, level: int):
    plan, events, trace = run(argument, level)
    assert together(plan) == []
    assert events == [f"looked at {trace.calls[0].ended:.3f}"]


def test_the_calls_are_the_same():
    asked = [[call.prompt for call in run("question", level)[2].calls] for level in (0, 1)]
    assert asked[0] == asked[1]
