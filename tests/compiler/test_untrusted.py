"""Plans and IR from strangers: what is let through can be executed, the rest is a diagnostic."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from pathlib import Path

import enriched
import pytest
from mutations import mutated_json, mutated_text
from programs import RandomProgram

from sglc.compiler.console.report import render
from sglc.compiler.driver.compilation import Options, compile_module, load, load_ir
from sglc.compiler.driver.targets import Choice
from sglc.ir.diagnostic import CompileFailed
from sglc.ir.target import Target
from sglc.ir.text.printer import print_module
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor.executor import Executor
from sglc.runtime.plan.errors import RunError
from sglc.runtime.plan.file import decode_plan, encode_plan
from sglc.runtime.plan.schema import Plan

TARGET = Target.estimating()
CHOICE = Choice(TARGET)


def seeds(count: int) -> list[RandomProgram]:
    """Programs to mutate, of several seeds."""
    return [enriched.generate(random.Random(number)) for number in range(count)]


def outcome(plan: Plan, program: RandomProgram) -> str:
    """What a run of a plan comes to: `ran`, or the code of its error."""
    hosts = {host.name: program.hosts.get(host.name, lambda *_: "x") for host in plan.hosts}
    try:
        with Executor(plan, backend=MockBackend(TARGET), target=TARGET, hosts=hosts) as executor:
            asyncio.run(asyncio.wait_for(executor.run(plan.entry, program.args), 60))
    except RunError as error:
        return error.code
    return "ran"


def of_text(text: str, program: RandomProgram) -> str:
    """What becomes of a module's text: refused with a diagnostic, or run."""
    try:
        module = load_ir(text, "mutated.sglir")
        if not module.programs:
            return "empty"
        build = compile_module(module, Options(entry=module.programs[-1].name), CHOICE)
    except CompileFailed as failed:
        return "refused" if render(failed.diagnostics) else "silent"
    return outcome(build.plan, program)


def of_plan(document: object, program: RandomProgram) -> str:
    """What becomes of a plan's JSON: refused with an error, or run."""
    try:
        plan = decode_plan(json.dumps(document).encode())
    except RunError as refused:
        return "refused" if refused.message else "silent"
    return outcome(plan, program)


def mutated_modules(numbers: range) -> Counter[str]:
    found: Counter[str] = Counter()
    programs = [(print_module(program.module), program) for program in seeds(30)]
    for number in numbers:
        source = random.Random(number)
        text, program = source.choice(programs)
        found[of_text(mutated_text(text, source), program)] += 1
    return found


def mutated_plans(numbers: range) -> Counter[str]:
    found: Counter[str] = Counter()
    programs = seeds(20)
    plans = [
        json.loads(encode_plan(compile_module(each.module, Options(entry=each.entry), CHOICE).plan))
        for each in programs
    ]
    for number in numbers:
        source = random.Random(number)
        at = source.randrange(len(plans))
        found[of_plan(mutated_json(plans[at], source), programs[at])] += 1
    return found


@pytest.mark.parametrize("mutate", [mutated_modules, mutated_plans])
def test_mutations_give_diagnostics_and_nothing_else(mutate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # what a pass crashes on is written here
    found = mutate(range(300))

    assert found["SGL3999"] == found["silent"] == 0
    assert found["refused"] > 100
    assert found["ran"] > 10


@pytest.mark.slow
@pytest.mark.parametrize("mutate", [mutated_modules, mutated_plans])
def test_ten_thousand_mutations_give_diagnostics_and_nothing_else(mutate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert mutate(range(10_000, 20_000))["SGL3999"] == 0


WITHOUT_YIELD = """program @main(%q: str @request) -> list[str] {
  %p0 = root
  %p1 = insert %p0, %q
  %p2 = for ["a", "b"] from (%p1) each (%index, %item, %p3) {
    %p4 = insert %p3, %item
    %p5, _ = gen %p4 (max_tokens=2) site "1" at [%index]
  }
  %v: list[str] = list(%q)
  return %v
}
"""
WITHOUT_RETURN = """program @leaf(%x: str @request) -> str {
  %p0 = root
  %p1 = insert %p0, %x
  _, %r = gen %p1 (max_tokens=4) site "1"
}

program @main(%x: str @request) -> str {
  %v: str = call @leaf(%x) site "1"
  return %v
}
"""


@pytest.mark.parametrize("text", [WITHOUT_YIELD, WITHOUT_RETURN])
def test_a_block_without_its_end_is_a_diagnostic_of_the_file(text: str, tmp_path: Path):
    file = tmp_path / "bad.sglir"
    file.write_text(text)
    with pytest.raises(CompileFailed) as failed:
        load(file)
    first = failed.value.diagnostics[0]
    assert first.code == "SGL1105"
    assert first.labels[0].span
