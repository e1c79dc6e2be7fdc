"""What is warmed leaves the last position to a call that may ask just there: no position is computed twice."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from lower_bound import lower_bound

from sglc.compiler.driver.compilation import Options, compile_module
from sglc.compiler.driver.targets import choose_target
from sglc.ir.span import Source
from sglc.lang.compile import compile_source
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor.executor import execute
from sglc.runtime.trace.records import Trace

LONG = "Everything here has been known for long, and does not change from one run to the next, ever.<|im_end|>"
FORKED = f"""
program main(x: str) -> str:
    "{{x}}{LONG}"
    parallel:
        arm:
            a = gen(max_tokens=4)
        arm:
            "{{x}} again:"
            b = gen(max_tokens=4)
    return a + b
"""
HEAD = f"""
program main(x: str) -> str:
    "{LONG}"
    a = gen(max_tokens=4)
    "{{x}}"
    b = gen(max_tokens=4)
    return a + b
"""
PERHAPS = f"""
program main(x: str) -> str:
    "{LONG}"
    "{{x}}"
    a = gen(max_tokens=4)
    return a
"""


def run(program: str, **args: str) -> Trace:
    """The trace of a compiled program on the mock."""
    module, _ = compile_source(Source("p.sgl", program))
    assert module is not None
    choice, trace = choose_target("estimate"), Trace()
    build = compile_module(module, Options(), choice)
    backend = MockBackend(choice.target)
    asyncio.run(
        execute(build.plan, "main", args, backend=backend, target=choice.target, trace=trace)
    )
    return trace


@pytest.mark.parametrize(
    ("program", "x"),
    [(FORKED, "Ada"), (HEAD, "Ada"), (PERHAPS, "")],
    ids=["a fork", "a head", "a value that may be empty"],
)
def test_the_last_position_is_left_to_the_call(program: str, x: str) -> None:
    trace = run(program, x=x)
    (warmed,) = (request for request in trace.requests if not request.is_call)
    bare = min((call.prompt for call in trace.calls), key=len)
    assert warmed.prompt == bare[:-1]
    assert trace.totals.replayed == 0
    assert trace.totals.prefilled == lower_bound(map(msgspec.to_builtins, trace.calls))


def test_where_no_call_asks_just_there_all_of_it_is_warmed() -> None:
    trace = run(
        FORKED.replace("arm:\n            a =", 'arm:\n            "So:"\n            a ='), x="Ada"
    )
    (warmed,) = (request for request in trace.requests if not request.is_call)
    assert all(len(call.prompt) > len(warmed.prompt) for call in trace.calls)
    assert {tuple(call.prompt[: len(warmed.prompt)]) for call in trace.calls} == {
        tuple(warmed.prompt)
    }
    decode = choose_target("estimate").target.tokenizer.decode
    assert decode(warmed.prompt).endswith("ever.<|im_end|>")
