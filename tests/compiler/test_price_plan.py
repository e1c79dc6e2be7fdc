"""The price of one run without rows: exact where nothing depends on a value, else a formula and declared sizes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from example_programs import ROOT
from pending import PENDING

from sglc.compiler.cli import run
from sglc.compiler.driver.compilation import Build, Options, compile_file
from sglc.compiler.explain.make import of_build
from sglc.compiler.explain.model.estimates import counting, with_sizes
from sglc.compiler.explain.price_plan import with_price
from sglc.compiler.explain.priced import priced
from sglc.compiler.explain.report import Report
from sglc.compiler.explain.text.render import render
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.executor.executor import execute
from sglc.runtime.trace.records import Trace

TARGETS = ("openai", "anthropic", "vllm", "sglc")

STATIC = """
text RULES = "{}"

program check() -> list[str]:
    "{{RULES}}"
    parallel:
        arm:
            "\\nIs it long?"
            a = gen(max_tokens=4)
        arm:
            "\\nIs it dull, too?"
            b = gen(max_tokens=4)
    return [a, b]
""".format(" ".join(f"Rule {i} is to be kept." for i in range(300)))


def built(tmp_path: Path, text: str, level: int = 1) -> Build:
    file = tmp_path / "program.sgl"
    file.write_text(text)
    return compile_file(file, Options(level=level))


def report_of(build: Build, **sizes: int) -> Report:
    count = counting(build.choice.target.tokenizer)
    return with_price(with_sizes(of_build(build), build.plan, sizes, count), build.plan, TARGETS)


async def _traced(build: Build, trace: Trace) -> None:
    backend = MockBackend(build.choice.target)
    await execute(
        build.plan, build.plan.entry, {}, backend=backend, target=build.choice.target, trace=trace
    )


@pytest.mark.parametrize("name", ["judge", "triage", "few_shots", "ask", "agent"])
@pytest.mark.parametrize("essay", [10, 6000])
def test_the_marks_account_for_the_price(name: str, essay: int) -> None:
    """Prompts at their full price, and what every mark costs and saves on top, are the price."""
    report = report_of(compile_file(ROOT / "examples" / f"{name}.sgl"), **{"|essay|": essay})
    for each in report.priced:
        if each.target in ("openai", "anthropic"):
            sums = each.prompt + sum(mark.cost - mark.saved for mark in each.marks)
            assert sums == pytest.approx(each.cost, abs=1)
            assert sum(mark.written for mark in each.marks) == each.written
        else:
            assert each.marks == []


def test_the_marks_are_shown_with_their_place(tmp_path: Path) -> None:
    lines = render(report_of(built(tmp_path, STATIC)), width=100).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("Marks for Anthropic"))
    assert lines[at + 1].split() == "behind line tokens written found by cost saved".split()
    line = lines[at + 2]
    assert "Is it" in line
    assert [number[0] for number in line.split()[-2:]] == ["+", "-"]


def test_a_static_program_is_priced_exactly(tmp_path: Path) -> None:
    """What the plan says is what the trace of a run comes to, but for the position that a prefetch leaves."""
    build, trace = built(tmp_path, STATIC), Trace()
    asyncio.run(_traced(build, trace))
    report = report_of(build)
    assert report.one_run is not None
    assert report.one_run.assumed == {}
    assert "exact: nothing depends on a value" in render(report)
    for told, counted in zip(report.priced, priced(TARGETS, trace), strict=True):
        assert told.prompt == counted.prompt == report.one_run.prompt.number
        assert abs(told.cached - counted.cached) <= 1
        assert told.cost == pytest.approx(counted.cost, abs=2.5)
        assert told.written == pytest.approx(counted.written, abs=1)


def test_a_shared_prefix_is_paid_for_once(tmp_path: Path) -> None:
    """What is sent ahead of the calls is not free: somebody has to be the first."""
    report = report_of(built(tmp_path, STATIC))
    (openai,) = (each for each in report.priced if each.target == "openai")
    prefix = openai.written
    assert prefix > 1024
    own = openai.prompt - openai.cached
    assert openai.cost == pytest.approx(own + 1.25 * prefix + 0.1 * prefix, abs=1)


def test_what_depends_on_values_is_a_formula_at_declared_sizes() -> None:
    build = compile_file(ROOT / "examples" / "judge.sgl", Options())
    report = report_of(build, essay=3000, **{"len(dimensions)": 7})
    assert report.one_run is not None
    assert "|essay|" in report.one_run.prompt.text
    assert report.one_run.assumed["|essay|"] == 3000
    assert report.one_run.assumed["len(dimensions)"] == 7
    text = render(report)
    assert "SAMPLE SIZE: " in text
    line = next(line for line in text.splitlines() if line.strip().startswith("anthropic "))
    assert f"~{report.priced[0].prompt:,} " in line
    assert "exact" not in text.split("Input of one run")[1].split("Passes")[0]
    more = report_of(build, essay=6000)
    assert more.priced[0].prompt > report.priced[0].prompt


def test_the_command_prices_without_rows(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    judge = str(ROOT / "examples" / "judge.sgl")
    assert run(["explain", judge, "--target", "openai,vllm", "--assume", "essay=2000"]) == 0
    assert b"|essay| = 2,000" in capsysbinary.readouterr().out
    assert run(["explain", judge, "--target", "openai", "--assume", "essay=long"]) == 2
    assert b"SGL2029" in capsysbinary.readouterr().err
    assert run(["explain", judge, "--assume", "esay=2000"]) == 2
    assert b"did you mean `essay`?" in capsysbinary.readouterr().err


def test_both_arms_are_shown_as_speculative_at_o2(tmp_path: Path) -> None:
    report = report_of(built(tmp_path, PENDING, level=2))
    assert [node.warmed for node in report.nodes if node.warmed] == ["speculative", "speculative"]
    text = render(report)
    assert text.count("  speculative  ") == 2
    calm = report_of(built(tmp_path, PENDING, level=1))
    assert not any(node.warmed == "speculative" for node in calm.nodes)
    assert "Sent ahead" not in render(calm)


def test_who_runs_a_server_pays_for_what_it_computes(tmp_path: Path) -> None:
    """A cached token has a price at a hosted model; in an engine of one's own it is not computed again."""
    report = report_of(built(tmp_path, STATIC))
    by_name = {each.target: each for each in report.priced}
    assert [by_name[name].unit for name in TARGETS] == ["price", "price", "compute", "compute"]
    own = by_name["vllm"]
    assert own.cost < own.prompt / 1.5
    text = " ".join(render(report).split())
    assert f"{own.cost:,.1f} compute" in text
