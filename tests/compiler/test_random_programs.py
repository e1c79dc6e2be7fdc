"""Random programs, compiled, planned and run on the mock backend: predictions hold, and nothing is prefilled twice.

Orders that a batch fixes are given to the executor and to the reference interpreter: both ask the same.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import enriched
import msgspec
import pytest
from lower_bound import lower_bound
from programs import RandomProgram, generate
from targets import Setting, settings
from tiers import first_range
from validation import batch_orders

from sglc.compiler.driver.compilation import Build, Options, compile_module
from sglc.compiler.driver.targets import Choice
from sglc.compiler.explain.measure import Earlier, cause
from sglc.ir.meaning.interpret import run
from sglc.ir.meaning.outcome import RowFailed
from sglc.ir.ops import Image, Prefetch
from sglc.ir.span import Source
from sglc.ir.structure import walk
from sglc.ir.target import Target
from sglc.ir.text.parser import parse_module
from sglc.lang.compile import compile_source
from sglc.runtime.backend import Completion, GenReply, GenRequest
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor.executor import Executor
from sglc.runtime.executor.instance import Orders
from sglc.runtime.plan.errors import RunError
from sglc.runtime.trace.records import Trace
from sglc.runtime.trace.worlds import worlds

CHOICE = Choice(Target.estimating())
SETTINGS = settings(CHOICE.target)
JUDGED = 12
"""So many programs are judged in each of five tests, however many others are passed over."""
Make = Callable[[random.Random], RandomProgram]


def plain(seed: int, make: Make = generate) -> RandomProgram | None:
    """A random program without images, which the mock refuses, and without speculative prefetches."""
    found = make(random.Random(seed))
    owners = (*found.module.programs, *found.module.fragments)
    ops = [op for owner in owners for op in walk(owner.body)]
    odd = any(isinstance(op, Image) or (isinstance(op, Prefetch) and op.speculative) for op in ops)
    return None if odd else found


def traced(program: RandomProgram, build: Build, orders: Orders, feeds_all: bool = True) -> Trace:
    """The trace of one run; without `feeds_all` with the accounts of the embedded engine."""
    trace = Trace()
    target = build.choice.target
    backend = MockBackend(target, feeds_all=feeds_all)
    with Executor(
        build.plan, backend=backend, target=target, hosts=program.hosts, trace=trace
    ) as executor:
        asyncio.run(executor.run(program.entry, program.args, orders=orders))
    return trace


def assert_bound_is_reached(trace: Trace) -> None:
    """As ours and other code count it."""
    found = worlds(trace.requests)
    told = [msgspec.to_builtins(call) for call in trace.calls if not call.error]
    assert found.compiled == found.lower_bound == lower_bound(told)


def assert_as_predicted(trace: Trace) -> None:
    """The bound is reached, and every call finds what was predicted."""
    assert_bound_is_reached(trace)
    assert [c for c in trace.calls if (c.predicted_cached or 0) != c.cached] == []


@pytest.mark.parametrize("feeds_all", [True, False], ids=["mock", "engine"])
@pytest.mark.parametrize("chunk", range(5))
def test_predictions_hold_and_the_bound_is_reached(chunk: int, feeds_all: bool) -> None:
    runs = map(partial(run_of, feeds_all=feeds_all), itertools.count(1_000 * chunk))
    judged = list(itertools.islice(filter(None, runs), JUDGED))
    assert len(judged) == JUDGED
    for trace, _ in judged:
        assert_bound_is_reached(trace)
    assert sum(differs_by_chance(*each) for each in judged) <= 1


def run_of(seed: int, feeds_all: bool) -> tuple[Trace, Build] | None:
    """What a random program did; None where the mock can't run it, or it fails, which is no matter of accounts."""
    program = plain(seed)
    if program is None:
        return None
    build = compile_module(program.module, Options(entry=program.entry), CHOICE)
    try:
        return traced(program, build, {}, feeds_all), build
    except RunError:
        return None


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.target.name)
def test_every_call_is_asked_what_the_reference_says(setting: Setting) -> None:
    """Under every kind of chat template, also where the turns of a program can't be text."""
    compared = 0
    for seed in range(50):
        program = plain(seed, partial(generate, alternates=setting.alternates, calls=setting.calls))
        if program is None:
            continue
        choice = Choice(setting.target)
        build = compile_module(program.module, Options(entry=program.entry), choice)
        meaning = reference(program, build, {})
        if meaning is not None:
            compared += 1
            trace = traced(program, build, {})
            assert sorted(call.prompt for call in trace.calls) == meaning
    assert compared > 15


CUT = """
type R = {name: str, kind: "a" | "ab" | "abc", n: list[int], ok: bool}
program main(q: str) -> {x: R?, y: str}:
    user: "Make a record about {q}."
    assistant: x: R? = gen(max_tokens=MOST)
    user: "more"
    assistant: y = gen(max_tokens=4)
    return {x, y}
"""


@pytest.mark.parametrize("most", [1, 2, 3, 5, 9, 14, 20, 200])
def test_a_spliced_record_is_predicted_wherever_it_is_cut(most: int) -> None:
    """What was forced at the end has no KV in the engine: the next call computes it, and so it was said."""
    module, _ = compile_source(Source("cut.sgl", CUT.replace("MOST", str(most))))
    assert module is not None
    build = compile_module(module, Options(), CHOICE)
    program = RandomProgram(module, "main", {"q": "cats"})
    lazy, eager = (traced(program, build, {}, feeds_all) for feeds_all in (False, True))

    assert_as_predicted(lazy)
    assert_as_predicted(eager)
    assert [call.prompt for call in lazy.calls] == [call.prompt for call in eager.calls]


def test_what_is_found_beyond_a_prediction_is_named() -> None:
    """On programs that repeat themselves values agree by chance; nothing else is off, and nothing is missing."""
    differing = judged = 0
    for seed in range(150):
        program = plain(seed, enriched.generate)
        if program is None:
            continue
        build = compile_module(program.module, Options(entry=program.entry), CHOICE)
        try:
            trace = traced(program, build, {})
        except RunError:
            continue
        judged += 1
        differing += differs_by_chance(trace, build)
    assert judged >= 65
    assert differing <= 3


def differs_by_chance(trace: Trace, build: Build) -> bool:
    """Whether equal values made a call find more than was predicted; the bound is reached, and nothing else is off."""
    found, earlier = worlds(trace.requests), Earlier(trace.requests)
    assert found.compiled == found.lower_bound
    causes = [cause(call, build.plan, earlier) for call in trace.calls]
    assert [c for c in causes if c and ", equal values by chance" not in c] == []
    return any(causes)


def test_a_loop_whose_answers_add_nothing_is_predicted() -> None:
    """Its second call asks just what the first asked: nothing runs again."""
    module = parse_module(
        """program @main() -> str {
  %p0 = root
  %p1 = text %p0, "Go on:"
  %p2 = for [1, 2, 3] from (%p1) each (%i, %x, %p) {
    %q, _ = gen %p (max_tokens=4, temperature=0.9) site "1" at [%i]
    yield %q
  }
  _, %answer = gen %p2 (max_tokens=4, temperature=0.9) site "2"
  return %answer
}
"""
    )
    build = compile_module(module, Options(), CHOICE)
    trace = Trace()
    backend = Silent(CHOICE.target)
    with Executor(build.plan, backend=backend, target=CHOICE.target, trace=trace) as executor:
        asyncio.run(executor.run("main", {}))
    assert [c.predicted_cached for c in trace.calls] == [c.cached for c in trace.calls]
    assert [c.prefilled for c in trace.calls][1:] == [0, 0, 0]


class Silent(MockBackend):
    """Says nothing: every answer is an end token."""

    async def generate(self, request: GenRequest) -> GenReply:
        reply = await super().generate(request)
        silent = Completion((2,), (), "", "eos")
        return replace(reply, completions=(silent,) * len(reply.completions))


def with_fields(source: random.Random) -> RandomProgram:
    """A random program with sections that a batch may order, where it has a place for them."""
    found = generate(source)
    entry = enriched.with_fields(found.module.program(found.entry), source)
    others = [program for program in found.module.programs if program.name != entry.name]
    return replace(found, module=found.module.with_programs((*others, entry)))


@pytest.mark.parametrize("seeds", first_range(300, 900))
def test_in_the_order_of_a_batch_all_of_it_holds(seeds: range) -> None:
    ordered = differing = 0
    for seed in seeds:
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
            if not warms_in_vain(program, trace):
                differing += differs_by_chance(trace, build)
    assert ordered >= len(seeds) / 30
    assert (
        differing <= len(seeds) / 150
    )  # a loop that asks the same again, and is answered the same


def warms_in_vain(program: RandomProgram, trace: Trace) -> bool:
    """Whether its author has something warmed that no call of this run asks about: that is no loss of a pass."""
    ops = [op for owner in program.module.programs for op in walk(owner.body)]
    asked = [call.prompt for call in trace.calls]
    warmed = [each.prompt for each in trace.requests if each.kind == "prefill"]
    in_vain = any(all(prompt[: len(w)] != w for prompt in asked) for w in warmed)
    return in_vain and any(isinstance(op, Prefetch) for op in ops)


def reference(program: RandomProgram, build: Build, orders: Orders) -> list[list[int]] | None:
    """What the calls are asked according to the reference interpreter; None when the row fails."""
    try:
        outcome = run(
            build.module,
            program.entry,
            dict(program.args),  # type: ignore[arg-type]
            target=build.choice.target,
            hosts=program.hosts,
            orders=orders,
            renders_whole=build.plan.target.whole_render,
        )
    except RowFailed:
        return None
    return sorted(list(call.asked) for call in outcome.transcript if call.sample == 0)
