"""Plans and IR from strangers: what is let through can be executed, the rest is a diagnostic."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import enriched
import pytest
from mutations import mutated_json, mutated_text
from programs import RandomProgram

from sglc.compiler.cli import run
from sglc.compiler.console.report import render
from sglc.compiler.driver.compilation import Options, compile_module, load, load_ir
from sglc.compiler.driver.targets import Choice
from sglc.compiler.explain.html import render as html
from sglc.compiler.explain.make import of_plan as report_of
from sglc.compiler.explain.mermaid import render as mermaid
from sglc.compiler.explain.price_plan import with_price
from sglc.compiler.explain.report import to_json
from sglc.compiler.explain.text.render import render as text
from sglc.ir import module
from sglc.ir.diagnostic import CompileFailed
from sglc.ir.target import Target
from sglc.ir.text.printer import print_module
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor.executor import Executor
from sglc.runtime.plan.errors import RunError
from sglc.runtime.plan.file import decode_plan, encode_plan
from sglc.runtime.plan.schema import LIFETIMES, Plan

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
    report = with_price(report_of(plan, None, TARGET.tokenizer), plan, ["sglc", "anthropic"])
    assert all((to_json(report), mermaid(report), html(report), text(report)))
    return outcome(plan, program)


def mutated_prefixes(document: Any, source: random.Random) -> Any:
    """A plan whose prefix nodes continue others than they did, or stand elsewhere."""
    changed = json.loads(json.dumps(document))
    nodes = changed["nodes"]
    for _ in range(source.randrange(1, 4)):
        node = source.choice(nodes)
        match source.randrange(4):
            case 0:
                source.shuffle(nodes)
            case 1:
                node["kind"] = source.choice(nodes)["kind"]
            case _:
                node["parents"] = [source.choice(nodes)["id"] for _ in range(source.randrange(4))]
    return changed


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
        mutate = (
            source.choice((mutated_json, mutated_prefixes)) if plans[at]["nodes"] else mutated_json
        )
        found[of_plan(mutate(plans[at], source), programs[at])] += 1
    return found


def test_a_prefix_that_never_begins_is_refused(tmp_path: Path) -> None:
    """Whoever follows the parents of a node to the root would go round for ever."""
    (tmp_path / "p.sgl").write_text(
        'program p(s: str) -> str:\n    "a {s}"\n    b = gen()\n    return b\n'
    )
    build = compile_module(load(tmp_path / "p.sgl")[0], Options(), CHOICE)
    plan = json.loads(encode_plan(build.plan))
    nodes = plan["nodes"]
    for parents in ([nodes[1]["id"]], [nodes[2]["id"]], [], [0, 0]):
        changed = {**plan, "nodes": [nodes[0], {**nodes[1], "parents": parents}, *nodes[2:]]}
        with pytest.raises(RunError) as refused:
            decode_plan(json.dumps(changed).encode())
        assert refused.value.code == "SGL3004"


def test_plans_have_the_lifetimes_of_the_ir() -> None:
    assert LIFETIMES == module.LIFETIMES


@pytest.mark.parametrize("mutate", [mutated_modules, mutated_plans])
def test_mutations_give_diagnostics_and_nothing_else(mutate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # what a pass crashes on is written here
    found = mutate(range(300))

    assert found["SGL3999"] == found["silent"] == 0
    assert found["refused"] > 100
    assert found["ran"] > 10


@pytest.mark.parametrize(
    "count",
    [pytest.param(1500, marks=pytest.mark.slow), pytest.param(10_000, marks=pytest.mark.soak)],
)
@pytest.mark.parametrize("mutate", [mutated_modules, mutated_plans])
def test_more_mutations_give_diagnostics_and_nothing_else(mutate, count, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    found = mutate(range(10_000, 10_000 + count))
    assert found["SGL3999"] == found["silent"] == 0
    assert found.total() == count


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


def test_an_entry_that_a_plan_has_not_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "p.sgl"
    source.write_text('program p(s: str) -> str:\n    "a {s}"\n    b = gen()\n    return b\n')
    build = compile_module(load(source)[0], Options(), CHOICE)
    (tmp_path / "p.plan.json").write_bytes(encode_plan(build.plan))
    for words in (["explain"], ["run", "--backend", "mock"]):
        assert (
            run([words[0], f"{tmp_path / 'p.plan.json'}:q", *words[1:], "--model", "estimate"]) == 2
        )
        assert "error[SGL2002]: the plan has no program `q`" in capsys.readouterr().err
