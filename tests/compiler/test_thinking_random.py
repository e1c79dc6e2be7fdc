"""Random programs that think: any passes keep their meaning, and a run finds no less than was predicted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import RandomProgram, generate
from real_templates import target_of
from thoughtful import thoughtful
from translation import judge, random_pipeline

from sglc.compiler.driver.compilation import Options, compile_module
from sglc.compiler.driver.targets import Choice
from sglc.ir.ops import Gen, Image, Prefetch
from sglc.ir.structure import walk
from sglc.ir.target import Target
from sglc.passes.pipeline import pipeline
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor.executor import Executor
from sglc.runtime.plan.errors import RunError
from sglc.runtime.trace.records import Trace
from sglc.runtime.trace.worlds import worlds

OWN = Path(__file__).parents[1] / "ir" / "target" / "templates"
NAMES = ("reasons", "reasons_at_once", "reasons_in_channels")
TARGETS = {
    "chatml": Target.estimating(),
    **{name: target_of(name, (OWN / f"{name}.jinja").read_text("utf-8")) for name in NAMES},
}
each_target = pytest.mark.parametrize("name", TARGETS)
so_many = pytest.mark.parametrize("count", [12, pytest.param(50, marks=pytest.mark.slow)])


def thinking(first: int, count: int) -> Iterator[tuple[random.Random, RandomProgram]]:
    """So many programs in which an assistant thinks, each with the source of other choices."""
    while count:
        source = random.Random(first)
        program = thoughtful(generate(source, calls=False), every=1 + first % 2)
        first += 1
        ops = [op for owner in program.module.programs for op in walk(owner.body)]
        if any(isinstance(op, Gen) and op.sampling.thinking for op in ops):
            count -= 1
            yield source, program


@so_many
@each_target
def test_any_pipeline_keeps_the_meaning(name: str, count: int) -> None:
    for source, program in thinking(700, count):
        judge(program, random_pipeline(source), TARGETS[name])


@so_many
@each_target
def test_level_1_keeps_the_meaning(name: str, count: int) -> None:
    for _, program in thinking(1_700, count):
        judge(program, pipeline(1), TARGETS[name], verify=2)


@so_many
@each_target
def test_nothing_is_missing_that_was_predicted(name: str, count: int) -> None:
    ran = 0
    for _, program in thinking(2_700, count):
        ops = [op for owner in program.module.programs for op in walk(owner.body)]
        if any(
            isinstance(op, Image) or (isinstance(op, Prefetch) and op.speculative) for op in ops
        ):
            continue
        build = compile_module(program.module, Options(entry=program.entry), Choice(TARGETS[name]))
        trace, target = Trace(), TARGETS[name]
        with Executor(
            build.plan, backend=MockBackend(target), target=target, hosts=program.hosts, trace=trace
        ) as executor:
            try:
                asyncio.run(executor.run(program.entry, program.args))
            except RunError:
                continue
        found = worlds(trace.requests)
        assert found.compiled == found.lower_bound
        assert [c for c in trace.calls if c.cached < (c.predicted_cached or 0)] == []
        ran += 1
    assert ran > count / 5
