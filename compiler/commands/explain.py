"""`sglc explain`: what a program will share, before it runs; with `--analyze` beside what it did."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from ...runtime.errors import RunError
from ...runtime.plan import Plan, PlanProgram
from ...runtime.plan_file import check_target, read_plan
from ...runtime.rows import Row, read_rows
from ...runtime.trace import Trace
from ..backends import BackendName, BackendOptions, make_backend
from ..driver import compile_module, load, split_entry, stage_of
from ..execution import Job, execute_job
from ..explain import html
from ..explain import report as r
from ..explain.make import of_build, of_plan
from ..explain.measure import with_measured, with_predicted
from ..explain.text import render
from ..hosts import load_hosts
from ..progress import Progress
from ..targets import Choice, choose_target
from .failures import UsageError, show
from .options import CompileOptions

DEFAULT = CompileOptions()
Format = Literal["text", "json", "html"]


def explain(
    file: str,
    *,
    format: Format = "text",
    input: Path | None = None,
    analyze: Annotated[bool, Parameter(negative=())] = False,
    why: Annotated[bool, Parameter(negative=())] = False,
    backend: BackendName = "auto",
    host: Annotated[list[Path] | None, Parameter(negative=())] = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    options: CompileOptions = DEFAULT,
) -> int:
    """Show what a program will share, before it runs.

    Parameters
    ----------
    file
        FILE[:program]: `.sgl`, `.sglir` or `.plan.json`.
    format
        How it is shown.
    input
        Rows as JSON lines; they put numbers to what depends on values.
    analyze
        Run the rows, and show measured beside predicted.
    why
        Show also what the passes declined, and their suggestions.
    backend
        Where `--analyze` runs.
    host
        Python file that defines the program's host functions.
    output
        Write here instead of to stdout.
    """
    report, plan, choice = _report(file, options)
    if analyze and input is None:
        raise UsageError(
            "SGL2027", "`--analyze` runs rows, and there are none", "`--input` names a file of rows"
        )
    if input is not None:
        report = _over_rows(report, plan, choice, input, host or [], backend if analyze else None)
    _write(_shown(report, format, why), output)
    return 0


def _report(file: str, options: CompileOptions) -> tuple[r.Report, Plan, Choice]:
    path, entry = split_entry(file)
    if stage_of(path) == "plan":
        plan = read_plan(path)
        choice = choose_target(options.model)
        return of_plan(plan), plan, choice
    module, warnings = load(path)
    choice = choose_target(options.model)
    build = compile_module(module, options.driver_options(entry), choice, warnings, str(path))
    if build.warnings:
        show(build.warnings)
    return of_build(build), build.plan, choice


def _over_rows(
    report: r.Report,
    plan: Plan,
    choice: Choice,
    input: Path,
    host: list[Path],
    backend: BackendName | None,
) -> r.Report:
    """The report with the rows' numbers: of the mock backend, and with `backend` also measured."""
    check_target(plan.target, choice.target, source=plan.source)
    program = next(q for q in plan.programs if q.name == plan.entry)
    rows = _good_rows(input, program)
    hosts = load_hosts(host)
    job = Job(plan=plan, choice=choice, program=program.name, rows=rows, hosts=hosts)
    trace = _traced(job, BackendOptions(name="mock"))
    report = with_predicted(report, trace, len(rows))
    if backend is None:
        return report
    with Progress(len(rows), program.name) as progress:
        trace = _traced(replace(job, progress=progress), BackendOptions(name=backend))
    return with_measured(report, trace, len(rows), _name(backend, choice), plan)


def _traced(job: Job, options: BackendOptions) -> Trace:
    """The trace of a run. A row that fails has no whole account, so it is an error here."""
    outcome = execute_job(job, make_backend(options, job.choice))
    for result in outcome.failed[:1]:
        error = result.error
        assert error is not None
        raise RunError(
            error.code, f"row {result.row} failed: {error.message}", error.help, error.span
        )
    return outcome.trace


def _name(backend: BackendName, choice: Choice) -> str:
    return backend if backend != "auto" else "engine" if choice.folder else "mock"


def _good_rows(input: Path, program: PlanProgram) -> list[Row]:
    rows = read_rows(input, program)
    bad = [row for row in rows if row.error]
    if bad:
        error = bad[0].error
        assert error is not None
        raise UsageError(error.code, f"{input}:{bad[0].line}: {error.message}", error.help)
    return rows


def _shown(report: r.Report, format: Format, why: bool) -> bytes:
    if format == "json":
        return r.to_json(report)
    if format == "html":
        return html.render(report).encode()
    return render(report, why).encode()


def _write(data: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    else:
        output.write_bytes(data)
