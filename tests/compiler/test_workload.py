"""The model of a workload against measured runs: what the page says beforehand is what a run comes to."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from example_programs import ROOT

from sglc.compiler.cli import run
from sglc.compiler.driver.compilation import Build, compile_file
from sglc.compiler.explain import report as r
from sglc.compiler.explain.make import of_build
from sglc.compiler.explain.measure import predicted_worlds
from sglc.compiler.explain.model.estimates import counting, with_sizes
from sglc.compiler.explain.model.observe import observed
from sglc.compiler.explain.text.numbers import Numbers
from sglc.compiler.explain.text.render import render
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.batch.rows import RowResult, rows_of
from sglc.runtime.batch.run import Window, run_rows
from sglc.runtime.executor.executor import Executor
from sglc.runtime.trace.records import Trace

WORDS = (
    "amber basin cedar delta ember fjord grove heath islet jetty knoll ledge marsh north oasis pines quarry river "
    "stone tower upland valley water yard zone apple bread cheese door engine field garden house iron jacket kitchen "
    "lamp market needle orange paper queen road sugar table uncle village window young angle bridge cloud dust edge"
).split()


def text(seed: int, words: int) -> str:
    """A text of so many words, another for each seed."""
    return " ".join(random.Random(seed).choices(WORDS, k=words))


@dataclass(frozen=True)
class Work:
    """A program and its rows."""

    name: str
    program: str
    rows: Sequence[Mapping[str, Any]]


SHARED = """
program qa(rules: str @release, question: str) -> str:
    system: rules
    user: question
    assistant: answer = gen(max_tokens=8)
    return answer
"""
USERS = """
program ask(rules: str @release, profile: str @user, question: str) -> str:
    system:
        "{rules}\\n"
        "The user: {profile}"
    user: question
    assistant: answer = gen(max_tokens=8)
    return answer
"""
ARMS = """
program judge(essay: str, aspects: list[str] @release) -> list[str]:
    system: "You judge essays strictly and say in a few words what is wrong with them."
    user: essay
    fork aspect in aspects:
        user: "Judge the {aspect}."
        assistant: verdict = gen(max_tokens=12)
    return verdict
"""
LOOP = """
program dig(question: str, depth: int = 4) -> str:
    system: "You go deeper into a question with every step that you take."
    user: question
    thought = ""
    for step in range(depth):
        user: "Go on, step {step}."
        assistant: thought = gen(max_tokens=10)
    return thought
"""
CALLED = """
program first(topic: str) -> str:
    system: "You write one line about a topic, plainly and without any ornament."
    user: topic
    assistant: line = gen(max_tokens=10)
    return line

program main(topics: list[str]) -> str:
    fork topic in topics:
        line = first(topic=topic)
    system: "You choose the best of several lines and say why in a few words."
    user: join(line, "; ")
    assistant: best = gen(max_tokens=10)
    return best
"""
PICK = """
program grade(work: str, rules: str @release) -> str:
    system: rules
    user: work
    assistant: grade = select("good", "poor", "failed")
    user: "Why? Answer in one short sentence that a pupil understands."
    assistant: why = gen(max_tokens=12)
    return why
"""
BRANCH = """
program help(message: str, urgent: bool) -> str:
    system: "You help customers of a shop that sells lamps, and you are brief."
    user: message
    if urgent:
        user: "This is urgent: say first what the customer should do right now, then the rest."
        assistant: now = gen(max_tokens=10)
    user: "Write the answer."
    assistant: answer = gen(max_tokens=10)
    return answer
"""
BAD = """
program ask(question: str) -> str:
    user: "{question}\\n\\nAnswer in plain words, use at most five sentences, and never guess what you don't know."
    assistant: answer = gen(max_tokens=8)
    return answer
"""
NESTED = """
program plan(task: str, roles: list[str] @release, rounds: int = 2) -> list[str]:
    system: "A team plans its work together and writes down what each of them does next."
    user: task
    fork role in roles as arms:
        user: "You are the {role}. Name the first step."
        assistant: step = gen(max_tokens=8)
        more = ""
        for i in range(rounds):
            user: "And then?"
            assistant: more = gen(max_tokens=8)
    return more
"""
SAMPLES = """
program vote(question: str, shots: list[{q: str, a: str}] @release) -> list[str]:
    system: "Answer with one word."
    for shot in shots:
        user: shot.q
        assistant: "{shot.a}"
    user: question
    assistant: votes = gen(n=4, temperature=0.9, max_tokens=6)
    return votes
"""
SESSIONS = """
program chat(persona: str @tenant, memory: str @session, message: str @turn) -> str:
    system: persona
    user: memory
    user: message
    assistant: reply = gen(max_tokens=8)
    return reply
"""

WORKS = [
    Work("shared", SHARED, [{"rules": text(1, 120), "question": text(i, 40)} for i in range(100)]),
    Work("users", USERS, [
        {"rules": text(1, 60), "profile": text(i % 8, 40), "question": text(i, 40)} for i in range(64)
    ]),
    Work("arms", ARMS, [
        {"essay": text(i, 80), "aspects": ["form", "tone", "proof", "length"]} for i in range(20)
    ]),
    Work("loop", LOOP, [{"question": text(i, 30)} for i in range(20)]),
    Work("called", CALLED, [
        {"topics": [text(64 * i + k, 30) for k in range(5)]} for i in range(20)
    ]),
    Work("pick", PICK, [{"work": text(i, 50), "rules": text(1, 90)} for i in range(30)]),
    Work("branch", BRANCH, [
        {"message": text(i, 40), "urgent": i % 4 == 0} for i in range(40)
    ]),
    Work("bad", BAD, [{"question": text(i, 40)} for i in range(40)]),
    Work("nested", NESTED, [
        {"task": text(i, 60), "roles": ["builder", "painter", "cook"]} for i in range(15)
    ]),
    Work("samples", SAMPLES, [
        {"question": text(i, 10), "shots": [{"q": text(k, 12), "a": "yes"} for k in range(4)]}
        for i in range(25)
    ]),
    Work("sessions", SESSIONS, [
        {"persona": text(i % 2, 70), "memory": text(i % 12, 50), "message": text(i, 9)}
        for i in range(60)
    ]),
]  # fmt: skip


def built(work: Work, folder: Path) -> Build:
    file = folder / f"{work.name}.sgl"
    file.write_text(work.program)
    return compile_file(file)


def traced(build: Build, work: Work) -> Trace:
    """The trace of a run over all rows."""
    return asyncio.run(_run(build, work))


async def _run(build: Build, work: Work) -> Trace:
    plan, trace, results = build.plan, Trace(), list[RowResult]()
    program = next(p for p in plan.programs if p.name == plan.entry)
    given = rows_of([dict(row) for row in work.rows], program)
    backend = MockBackend(build.choice.target)
    with Executor(plan, backend=backend, target=build.choice.target, trace=trace) as executor:
        await run_rows(executor, plan.entry, [Window(given)], on_row=results.append)
    assert [each.error for each in results if each.error] == []
    return trace


def modelled(build: Build, work: Work, trace: Trace) -> r.Report:
    """The model at what the rows and their run say of the quantities."""
    count = counting(build.choice.target.tokenizer)
    report = of_build(build)
    known = observed(report, build.plan, work.rows, trace, count)
    return with_sizes(report, build.plan, {}, count, known)


def numbers(report: r.Report) -> dict[str, float]:
    assert report.workload is not None
    return {world.name: world.value for world in report.workload.worlds}


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.name)
def test_the_model_says_what_a_run_comes_to(work: Work, tmp_path: Path) -> None:
    build = built(work, tmp_path)
    trace = traced(build, work)
    measured = {world.name: world.predicted for world in predicted_worlds(trace, len(work.rows))}
    told = numbers(modelled(build, work, trace))
    assert told["stateless"] == pytest.approx(measured["stateless"], rel=0.01)
    assert told["compiled"] == pytest.approx(measured["compiled"], rel=0.03)
    assert told["lower bound"] == pytest.approx(measured["lower bound"], rel=0.03)
    assert told["prefix cache alone"] == pytest.approx(measured["prefix cache alone"], rel=0.03)


def test_declared_rows_come_to_the_same_before_anything_runs(tmp_path: Path) -> None:
    """A system prompt that stays until a release is computed once, however many rows there are."""
    work = WORKS[0]
    build = built(work, tmp_path)
    count = counting(build.choice.target.tokenizer)
    sizes = {"rows": 100, "rules": count(text(1, 120)), "question": 42}
    told = numbers(with_sizes(of_build(build), build.plan, sizes, count))
    static = told["stateless"] / 100 - sizes["rules"] - sizes["question"]
    assert told["compiled"] < sizes["rules"] + 100 * (sizes["question"] + static)
    assert told["compiled"] >= sizes["rules"] + 100 * sizes["question"]
    twice = numbers(with_sizes(of_build(build), build.plan, {**sizes, "runs": 2}, count))
    head = twice["compiled"] - told["compiled"]
    assert sizes["rules"] <= head <= sizes["rules"] + static


def test_a_program_is_counted_as_often_as_it_is_called(tmp_path: Path) -> None:
    build = built(WORKS[4], tmp_path)
    report = of_build(build)
    line, best = report.calls
    assert [line.times, best.times] == ["len(topics) arms", "once"]
    assert report.waves == [[line.family], [best.family]]
    assert report.critical_path == [line.family, best.family]


CHAIN = """
program first(q: str) -> str:
    user: q
    assistant: a = gen(max_tokens=4)
    return a

program main(q: str) -> str:
    x = first(q=q)
    y = first(q=x)
    user: y
    assistant: b = gen(max_tokens=4)
    return b
"""


def test_the_longest_chain_goes_through_calls_of_programs(tmp_path: Path) -> None:
    report = of_build(built(Work("chain", CHAIN, []), tmp_path))
    first, last = (call.family for call in report.calls)
    assert report.waves == [[first], [first], [last]]
    assert report.critical_path == [first, first, last]
    assert [call.times for call in report.calls] == ["2 times", "once"]
    lines = [line.strip() for line in render(report, width=100).splitlines() if "a*" in line]
    assert lines == [f"{wave}  first: a* (2 times, over 2 waves)" for wave in (0, 1)]


NAMES = """
type Document = {title: str, body: str}

program tell(documents: list[Document], user_name: str = "a reader", depth: int = 3) -> str:
    system: "For {user_name}."
    picked = [d for d in documents if d.body != ""]
    for document in picked:
        user: "{document.title}: {document.body} ({len(document.body)})"
    for step in range(depth):
        user: "Go on."
        assistant: answer = gen(max_tokens=4)
    user: "End."
    assistant: end = gen(max_tokens=4)
    return end
"""


def test_quantities_have_the_names_that_the_source_has(tmp_path: Path) -> None:
    report = of_build(built(Work("names", NAMES, []), tmp_path))
    assert report.workload is not None
    known = {control.name: control for control in report.workload.controls}
    assert {"|document.title|", "|document.body|", "len(picked)", "depth"} <= set(known)
    assert not [name for name in known if "value" in name]
    assert known["depth"].value == 3
    assert known["depth"].known == "default"
    assert known["|user_name|"].known == "default"
    assert known["|user_name|"].value == 2
    assert known["|document.body|"].known == "guess"
    report_text = render(report)
    assert "loop, len(picked) times at line 7" in report_text
    assert "depth = 3" in report_text
    assert "|document.body| = ~" in report_text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
@pytest.mark.parametrize("name", ["tree_of_thought", "essay_judge", "retrieval", "react"])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    report = of_build(compile_file(ROOT / "examples" / f"{name}.sgl"))
    lines = render(report, why=True, width=width).splitlines()
    assert [line for line in lines if len(line) > width] == []


def test_what_stands_in_the_way_says_what_moving_it_saves(tmp_path: Path) -> None:
    """The layout that is offered, once written, saves what was said."""
    bad = built(WORKS[7], tmp_path)
    (found,) = of_build(bad).inversions
    assert found.tokens >= 16
    assert found.layout.endswith("before {question}")
    moved = (
        WORKS[7]
        .program.replace('"{question}\\n\\n', '"')
        .replace('know."', 'know.\\n\\n{question}"')
    )
    good = of_build(built(Work("moved", moved, []), tmp_path))
    assert good.inversions == []
    before, after = numbers(of_build(bad))["compiled"], numbers(good)["compiled"]
    assert found.saved.value == pytest.approx(before - after, rel=0.15)


def test_rows_put_their_own_numbers_to_every_control(tmp_path: Path) -> None:
    """With `--input` nothing that a row says is a guess, and the model agrees with the run."""
    work = WORKS[1]
    file, rows, saved = (tmp_path / name for name in ("users.sgl", "rows.jsonl", "report.json"))
    file.write_text(work.program)
    rows.write_text("".join(json.dumps(row) + "\n" for row in work.rows))
    words = ["explain", str(file), "--input", str(rows), "--format", "json", "-o", str(saved)]
    assert run(words) == 0
    report = r.from_json(saved.read_bytes())
    assert report.workload is not None
    known = {control.name: control for control in report.workload.controls}
    assert known["rows"].value == len(work.rows)
    assert known["@user"].value == 8
    guessed = {name for name, control in known.items() if control.known == "guess"}
    assert guessed <= {"runs", "at once"}
    for shown, told in zip(report.worlds, report.workload.worlds, strict=True):
        assert told.value == pytest.approx(shown.predicted, rel=0.03)


def test_what_the_source_says_of_a_called_program_is_not_solved_for(tmp_path: Path) -> None:
    """The default of a called program's parameter keeps its size, whatever else its prompt is made of."""
    file, rows, saved = (tmp_path / name for name in ("calls.sgl", "rows.jsonl", "report.json"))
    guide = text(5, 30)
    file.write_text(
        f"""
program inner(item: str, guide: str @release = "{guide}") -> str:
    system: guide
    user: item
    assistant: answer = gen(max_tokens=8)
    return answer

program outer(items: list[str]) -> list[str]:
    fork item in items:
        answer = inner(item=item)
    return answer
"""
    )
    rows.write_text("".join(json.dumps({"items": [text(i, 3)] * 2}) + "\n" for i in range(3)))
    words = ["explain", str(file), "--input", str(rows), "--format", "json", "-o", str(saved)]
    assert run(words) == 0
    report = r.from_json(saved.read_bytes())
    assert report.workload is not None
    known = {control.name: control for control in report.workload.controls}
    assert known["|guide|"].known == "default"
    assert known["|guide|"].value >= 30
    assert 3 <= known["|item|"].value < 20


PAIRS = """
type File = {path: str, diff: str}

program review(files: list[File]) -> list[str]:
    fork file in files:
        user: "Look at {file.path}: {file.diff}"
        assistant: remark = gen(max_tokens=8)
    return remark
"""


def test_sizes_that_are_known_only_together_are_marked_and_their_sum_is_not(tmp_path: Path) -> None:
    """Prompts say how long a path and its diff are together, not how long each is."""
    rows = [{"files": [{"path": "a.py", "diff": text(i, 40)}] * 2} for i in range(2)]
    work = Work("pairs", PAIRS, rows)
    build = built(work, tmp_path)
    report = modelled(build, work, traced(build, work))
    assert report.workload is not None
    known = {control.name: control for control in report.workload.controls}
    assert [known[f"|file.{name}|"].known for name in ("path", "diff")] == ["together"] * 2

    shown = Numbers(report)
    parts = [node for node in report.nodes if "file." in str(node.tokens.formula)]
    assert [shown.number(node.tokens.formula)[0] for node in parts] == ["~", "~"]
    assert all(Numbers.marked(known[f"|file.{name}|"])[0] == "~" for name in ("path", "diff"))
    stateless = report.workload.worlds[0]
    assert stateless.name == "stateless"
    assert shown.number(stateless.formula)[0] != "~"
