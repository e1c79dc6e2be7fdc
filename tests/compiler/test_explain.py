"""Explain: formulas, the report saved before a run, causes, prices, differences, and the published schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from accounts import run_traced, trace_lines
from example_programs import BY_NAME, EXAMPLES, ROOT
from hypothesis import given
from hypothesis import strategies as st

from sglc.compiler.cli import run
from sglc.compiler.driver.compilation import Options, compile_file
from sglc.compiler.explain import report as r
from sglc.compiler.explain.diff import compare
from sglc.compiler.explain.make import of_plan
from sglc.compiler.explain.measure import Earlier, cause
from sglc.compiler.explain.mermaid import render as mermaid
from sglc.compiler.explain.model.formula import Formula, Least, Symbol, either
from sglc.compiler.explain.priced import priced
from sglc.compiler.explain.text.render import render
from sglc.compiler.explain.text.tree import readable
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.trace.records import CallRecord, read_trace

SCHEMA = ROOT / "docs" / "explain.schema.json"
X, N = Symbol("|x|"), Symbol("n")
numbers = st.integers(0, 50)


@given(numbers, numbers, numbers, numbers)
def test_formulas_add_up_as_numbers_do(a: int, b: int, x: int, n: int) -> None:
    known = {"|x|": x, "n": n}
    left = Formula(a) + Formula.of(X)
    right = (Formula(b) + Formula.of(X)).times(N)
    assert (left + right).value(known) == a + x + n * (b + x)
    assert (left + right - left).value(known) == n * (b + x)
    assert either([left, left + 3]).value(known) == a + x + 3
    assert either([left, left]) == left


@given(numbers, numbers, numbers, numbers)
def test_rounds_are_counted_at_the_middle_one(a: int, b: int, n: int, least: int) -> None:
    """A prompt that grows in every round: the sum over the rounds is so many times the middle one."""
    each = Formula(a) + Formula.of(Symbol("i")).times(b)
    total = each.times(Symbol("n"), "i").value({"n": n})
    assert total == pytest.approx(sum(a + b * i for i in range(n)))
    product = Formula.of(N).of_times(each.times(N, "i"))
    assert product.value({"n": n}) == pytest.approx(n * total)
    assert Formula.of(Least((Formula.of(N), Formula(least)))).value({"n": n}) == min(n, least)


def test_formulas_read_well() -> None:
    body = Formula(8) + Formula.of(X)
    assert str(Formula(3) + body.times(N) - Formula.of(X)) == "3 + n*(8 + |x|) - |x|"
    assert str(Formula()) == "0"
    assert Formula(4).json() == 4


def test_the_schema_is_published(request: pytest.FixtureRequest) -> None:
    text = json.dumps(r.schema(), indent=1, sort_keys=True) + "\n"
    if request.config.getoption("--bless"):
        SCHEMA.write_text(text, encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", list(BY_NAME))
def test_the_report_of_before_holds_after(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saved while torch can't be imported; then the run does what it says."""
    example = BY_NAME[name]
    rows, saved = tmp_path / "rows.jsonl", tmp_path / "report.json"
    rows.write_text(json.dumps(example.rows[0]) + "\n", encoding="utf-8")
    words = ["explain", example.path, "--format", "json", "--input", rows, "-o", saved]
    words += ["--model", "estimate", "--host", EXAMPLES / "tools.py"]
    with monkeypatch.context() as hidden:
        hidden.setitem(sys.modules, "torch", None)
        assert run([str(word) for word in words]) == 0
    before = r.from_json(saved.read_bytes())
    build, path = compile_file(example.path, model="estimate"), tmp_path / "t.jsonl"
    run_traced(build, example, MockBackend(build.choice.target), path)
    after = {world.name: world.predicted for world in before.worlds}
    requests = [x for x in trace_lines(path) if x["type"] == "call"]
    assert after["compiled"] == sum(x.get("prefilled", 0) for x in requests)
    assert after["lower bound"] == after["compiled"]
    assert [call.family for call in before.calls] == [f.id for f in build.plan.families]
    for call in requests:
        if call["kind"] != "prefill":
            family = build.plan.families[call["family"]]
            ends = {ending.node for ending in before.calls[call["family"]].endings}
            siblings = {
                family.node
            }  # an arm that asks just what a sibling asked ends at its own node
            assert (
                -1 if call.get("predicted_node") is None else call["predicted_node"]
            ) in ends | siblings


def test_known_counts_are_the_measured_ones(tmp_path: Path) -> None:
    """Where a count does not depend on values, the number of before is the number of after."""
    example = BY_NAME["triage"]
    build, path = compile_file(example.path, model="estimate"), tmp_path / "t.jsonl"
    run_traced(build, example, MockBackend(build.choice.target), path)
    report = of_plan(build.plan)
    answers = [c for c in report.calls if c.name == "answer"]
    prefilled = {e.prefilled.number for call in answers for e in call.endings}
    measured = {
        len(x["prompt"]) - x["cached"]
        for x in trace_lines(path)
        if x["type"] == "call" and x.get("name") == "answer"
    }
    assert measured <= {n for n in prefilled if n is not None}


def record(**changes: object) -> CallRecord:
    """A call record with the fields that matter here."""
    base = {
        "kind": "gen", "row": 0, "path": [], "family": 0, "site": "1", "indices": [], "name": "a",
        "prompt": list(range(100)), "predicted_cached": 64, "cached": 64,
    }  # fmt: skip
    return CallRecord(**{**base, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, ""),
        ({"cached": 70}, "extra"),
        ({"cached": 60, "predicted_cached": 60}, ""),
        ({"cached": 48, "predicted_cached": 60}, "page rounding"),
        ({"cached": 0}, "eviction"),
        ({"cached": 63, "replayed": 1}, "replayed"),
    ],
)
def test_every_difference_has_a_cause(changes: dict[str, object], word: str) -> None:
    plan = compile_file(BY_NAME["triage"].path, model="estimate").plan
    found = cause(record(**changes), plan)
    assert found.startswith(word) if word else found == ""


def test_the_text_is_for_people() -> None:
    """Turns instead of markup, branches that can be seen, and a long part of a formula once."""
    text = render(
        of_plan(compile_file(ROOT / "examples" / "tree_of_thought.sgl", model="estimate").plan)
    )
    assert "<|im_" not in text
    assert '+- : "[assistant] Step "' in text
    assert "\n  A = " in text
    assert "= the rounds before this one of the loop at line 24" in text
    formulas = text.split("Formulas: ")[1].split("\n\n")[0]
    assert formulas.count("|rating| + |step| + |level + 1| + either(") == 1
    assert readable("<|im_start|>user\nHi<|im_end|>\n") == "[user] Hi[end] "


def test_what_was_not_predicted_has_a_source() -> None:
    plan = compile_file(BY_NAME["triage"].path, model="estimate").plan
    found = record(cached=80, started=2.0)
    same = record(name="b", started=1.0, prompt=[*range(90), 7])
    there = record(row=3, prompt=list(range(50)), outputs=[list(range(50, 99))])
    assert "equal values by chance: this prompt begins as one of `b` does" in cause(
        found, plan, Earlier([found, same, there])
    )
    assert cause(found, plan, Earlier([found, there])) == "extra: 16 tokens, left by row 3"
    assert cause(found, plan, Earlier([found])) == "extra: 16 tokens, left by an earlier run"
    guess = record(kind="prefill", started=1.0, prompt=list(range(90)), speculative=True)
    assert cause(found, plan, Earlier([found, guess])) == "extra: 16 tokens, warmed as a guess"


def test_prices_follow_the_rules_of_targets(tmp_path: Path) -> None:
    example = BY_NAME["judge"]
    build, path = compile_file(example.path, model="estimate"), tmp_path / "t.jsonl"
    run_traced(build, example, MockBackend(build.choice.target), path)
    token, block, least = priced(["sglang", "vllm", "openai-automatic"], read_trace(path))
    assert token.cached > block.cached > 0
    assert block.cached % 16 == 0
    assert least.cached == 0  # nothing here is as long as its minimum
    assert least.cost == least.prompt


def test_a_pass_less_shows_in_the_difference() -> None:
    file = BY_NAME["judge"].path
    before = of_plan(compile_file(file, Options(disabled=("hoist-prefix",)), "estimate").plan)
    after = of_plan(compile_file(file, model="estimate").plan)
    assert {c.what for c in compare(before, after)} >= {"cached", "group"}
    assert compare(after, after) == []


def test_the_chart_names_every_node_once() -> None:
    report = of_plan(compile_file(BY_NAME["solve"].path, model="estimate").plan)
    lines = mermaid(report).splitlines()
    assert lines[0] == "flowchart TD"
    for node in report.nodes:
        assert sum(line.strip().startswith(f"n{node.id}[") for line in lines) == 1
