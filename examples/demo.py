"""The demonstration: `make demo` compiles `few_shots.sgl`, shows what it will share, and runs it on a real model.

It uses what the command line uses: `sglc explain examples/few_shots.sgl` and
`sglc run examples/few_shots.sgl --input examples/data/documents.jsonl` show the same.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sglc.compiler.console.progress import Progress
from sglc.compiler.driver.compilation import Build, compile_file
from sglc.compiler.explain.make import of_build
from sglc.compiler.explain.measure import with_measured, with_predicted
from sglc.compiler.explain.text.render import render
from sglc.compiler.explain.text.worlds import worlds_table
from sglc.compiler.running.backends import BackendOptions, make_backend
from sglc.compiler.running.execution import Job, Outcome, execute_job
from sglc.runtime.batch.reading import read_rows

HERE = Path(__file__).parent
PROGRAM = HERE / "few_shots.sgl"
DOCUMENTS = HERE / "data" / "documents.jsonl"
LABELS = HERE / "data" / "labels.jsonl"
OUT = Console()


def main() -> int:
    """Compile, explain, run, and compare."""
    build = compile_file(PROGRAM)
    report = of_build(build)
    OUT.rule("the plan: sglc explain examples/few_shots.sgl")
    OUT.print(render(report), markup=False, highlight=False, soft_wrap=True)
    before, _ = run(build, "mock")
    OUT.rule("the run: every document, on the embedded engine")
    after, seconds = run(build, "engine")
    show_answers(after)
    report = with_predicted(report, before.trace, len(before.results))
    report = with_measured(report, after.trace, len(after.results), "engine", build.plan)
    OUT.rule("four worlds")
    OUT.print("\n".join(worlds_table(report)), markup=False, highlight=False, soft_wrap=True)
    show_predictions(after)
    OUT.print(f"{seconds:.1f} s for {len(after.trace.calls)} calls, the model's loading included")
    return 1 if after.failed else 0


def run(build: Build, backend: str) -> tuple[Outcome, float]:
    """Run all documents: on the mock backend what the plan predicts, on the engine what it does."""
    program = next(p for p in build.plan.programs if p.name == build.plan.entry)
    rows = read_rows(DOCUMENTS, program)
    started = time.monotonic()
    shown = sys.stderr.isatty() and backend != "mock"
    with Progress(len(rows), "few_shots", shown=shown) as progress:
        job = Job(
            plan=build.plan,
            choice=build.choice,
            program=program.name,
            rows=rows,
            progress=progress,
        )
        options = BackendOptions(name=backend)  # type: ignore[arg-type]
        outcome = execute_job(job, make_backend(options, build.choice))
    return outcome, time.monotonic() - started


def show_answers(outcome: Outcome) -> None:
    """A table of what the model said, and how often its label is ours."""
    wanted = labels()
    table = Table(show_lines=False, expand=False)
    for column in ("row", "label", "ours", "answer"):
        table.add_column(column, no_wrap=True)
    right = 0
    for result in outcome.results:
        if result.error:
            table.add_row(str(result.row), "-", wanted[result.row], str(result.error))
            continue
        label, answer = result.result["label"], result.result["answer"]
        right += label == wanted[result.row]
        mark = label if label == wanted[result.row] else f"[red]{label}[/red]"
        table.add_row(str(result.row), mark, wanted[result.row], _first_words(answer))
    OUT.print(table)
    OUT.print(
        f"accuracy: {right} of {len(outcome.results)} labels are ours ({right / len(wanted):.0%})"
    )


def _first_words(text: str) -> str:
    width = max(20, OUT.width - 38)
    line = " ".join(text.split())
    return (line if len(line) <= width else line[: width - 2] + "..").replace("[", "\\[")


def labels() -> Sequence[str]:
    """The labels that a person gave, by row."""
    lines = LABELS.read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["label"] for line in lines]


def show_predictions(outcome: Outcome) -> None:
    """Whether the cached prefix of every call ended where the plan said, or further."""
    calls = outcome.trace.calls
    short = [call for call in calls if call.cached < (call.predicted_cached or 0)]
    exact = sum(call.cached == call.predicted_cached for call in calls)
    OUT.print(
        f"cached prefixes: {exact} of {len(calls)} calls end where the plan predicted,"
        f" {len(calls) - exact - len(short)} further because another document left its head there,"
        f" {len(short)} short of it"
    )


if __name__ == "__main__":
    sys.exit(main())
