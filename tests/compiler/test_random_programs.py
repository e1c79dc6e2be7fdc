"""Random programs, compiled, planned and run on the mock backend: predictions hold, and nothing is prefilled twice.

Orders that a batch fixes are given to the executor and to the reference interpreter: both ask the same.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace

import enriched
import pytest
from programs import RandomProgram, generate
from validation import batch_orders

from sglc.compiler.driver import Build, Options, compile_module
from sglc.compiler.targets import Choice
from sglc.ir.interpret import RowFailed, run
from sglc.ir.ops import Image, Prefetch
from sglc.ir.structure import walk
from sglc.ir.target import Target
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor import Executor
from sglc.runtime.instance import Orders
from sglc.runtime.trace import Trace
from sglc.runtime.worlds import worlds

CHOICE = Choice(Target.estimating())
CHUNK = 20
Make = Callable[[random.Random], RandomProgram]


def plain(seed: int, make: Make = generate) -> RandomProgram | None:
    """A random program without images, which the mock refuses, and without speculative prefetches."""
    found = make(random.Random(seed))
    owners = (*found.module.programs, *found.module.fragments)
    ops = [op for owner in owners for op in walk(owner.body)]
    odd = any(isinstance(op, Image) or (isinstance(op, Prefetch) and op.speculative) for op in ops)
    return None if odd else found


def traced(program: RandomProgram, build: Build, orders: Orders) -> Trace:
    """The trace of one run."""
    trace = Trace()
    backend = MockBackend(CHOICE.target)
    with Executor(
        build.plan, backend=backend, target=CHOICE.target, hosts=program.hosts, trace=trace
    ) as executor:
        asyncio.run(executor.run(program.entry, program.args, orders=orders))
    return trace


def assert_as_predicted(trace: Trace) -> None:
    """The bound is reached, and every call finds what was predicted."""
    found = worlds(trace.requests)
    assert found.compiled == found.lower_bound
    assert [c for c in trace.calls if (c.predicted_cached or 0) != c.cached] == []


@pytest.mark.parametrize("chunk", range(5))
def test_predictions_hold_and_the_bound_is_reached(chunk: int) -> None:
    seeds = range(chunk * CHUNK, (chunk + 1) * CHUNK)
    for program in filter(None, map(plain, seeds)):
        build = compile_module(program.module, Options(entry=program.entry), CHOICE)
        assert_as_predicted(traced(program, build, {}))


def with_fields(source: random.Random) -> RandomProgram:
    """A random program with sections that a batch may order, where it has a place for them."""
    found = generate(source)
    entry = enriched.with_fields(found.module.program(found.entry), source)
    others = [program for program in found.module.programs if program.name != entry.name]
    return replace(found, module=found.module.with_programs((*others, entry)))


def test_in_the_order_of_a_batch_all_of_it_holds() -> None:
    ordered = 0
    for seed in range(400):
        program = plain(seed, with_fields)
        if program is None:
            continue
        build = compile_module(program.module, Options(entry=program.entry), CHOICE)
        orders = batch_orders(build.module.program(program.entry), seed % 3)
        meaning = reference(program, build, orders)
        if meaning is not None:
            ordered += bool(orders)
            trace = traced(program, build, orders)
            assert sorted(call.prompt for call in trace.calls) == meaning
            assert_as_predicted(trace)
    assert ordered >= 20


def reference(program: RandomProgram, build: Build, orders: Orders) -> list[list[int]] | None:
    """What the calls are asked according to the reference interpreter; None when the row fails."""
    try:
        outcome = run(
            build.module,
            program.entry,
            dict(program.args),  # type: ignore[arg-type]
            target=CHOICE.target,
            hosts=program.hosts,
            orders=orders,
        )
    except RowFailed:
        return None
    return sorted(list(call.asked) for call in outcome.transcript if call.sample == 0)
