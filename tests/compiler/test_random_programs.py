"""Random programs, compiled, planned and run on the mock backend: predictions hold, and nothing is prefilled twice."""

from __future__ import annotations

import asyncio
import random

import pytest
from programs import RandomProgram, generate

from sglc.compiler.driver import Options, compile_module
from sglc.compiler.targets import Choice
from sglc.ir.ops import Image, Prefetch
from sglc.ir.structure import walk
from sglc.ir.target import Target
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor import Executor
from sglc.runtime.trace import Trace
from sglc.runtime.worlds import worlds

CHOICE = Choice(Target.estimating())
CHUNK = 20


def plain(seed: int) -> RandomProgram | None:
    """A random program without images, which the mock refuses, and without speculative prefetches."""
    found = generate(random.Random(seed))
    owners = (*found.module.programs, *found.module.fragments)
    ops = [op for owner in owners for op in walk(owner.body)]
    odd = any(isinstance(op, Image) or (isinstance(op, Prefetch) and op.speculative) for op in ops)
    return None if odd else found


def traced(program: RandomProgram) -> Trace:
    """The trace of one run at -O1."""
    build = compile_module(program.module, Options(entry=program.entry), CHOICE)
    trace = Trace()
    backend = MockBackend(CHOICE.target)
    with Executor(
        build.plan, backend=backend, target=CHOICE.target, hosts=program.hosts, trace=trace
    ) as executor:
        asyncio.run(executor.run(program.entry, program.args))
    return trace


@pytest.mark.parametrize("chunk", range(5))
def test_predictions_hold_and_the_bound_is_reached(chunk: int) -> None:
    seeds = range(chunk * CHUNK, (chunk + 1) * CHUNK)
    for program in filter(None, map(plain, seeds)):
        trace = traced(program)
        found = worlds(trace.requests)
        assert found.compiled == found.lower_bound
        assert [c for c in trace.calls if (c.predicted_cached or 0) != c.cached] == []
