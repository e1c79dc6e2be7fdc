"""A report with numbers: its rows run on the mock backend before, and where wanted on a real one after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from ...runtime.backend import Backend
from ...runtime.batch.reading import read_rows
from ...runtime.batch.rows import Row
from ...runtime.plan.errors import RunError
from ...runtime.plan.file import check_target
from ...runtime.plan.schema import Plan, PlanProgram
from ..batch.order import BatchOrder
from ..console.progress import Progress
from ..driver.targets import Choice
from ..running.backends import BackendOptions, make_backend
from ..running.execution import Job, Outcome, execute_job
from ..running.hosts import load_hosts
from . import report as r
from .measure import with_measured, with_predicted
from .model.estimates import counting, with_sizes
from .model.observe import observed
from .priced import priced


def over_rows(
    report: r.Report,
    plan: Plan,
    choice: Choice,
    input: Path,
    hosts: Sequence[Path],
    targets: Sequence[str],
    make: Callable[[Sequence[Plan]], Backend] | None,
) -> r.Report:
    """The report with what the rows come to; with a backend also what it measured. Raises RunError."""
    check_target(plan.target, choice.target, source=plan.source)
    program = next(q for q in plan.programs if q.name == plan.entry)
    rows = _good_rows(input, program)
    job = Job(plan=plan, choice=choice, program=program.name, rows=rows, hosts=load_hosts(hosts))
    outcome = _run(job, make_backend(BackendOptions(name="mock"), choice))
    trace = outcome.trace
    report = with_predicted(report, trace, len(rows))
    count = counting(choice.target.tokenizer)
    known = observed(report, plan, [row.args for row in rows], trace, count)
    report = with_sizes(report, plan, {}, count, known)
    batch = _batch(outcome.order) if len(rows) > 1 else None
    report = msgspec.structs.replace(report, priced=priced(targets, trace), batch=batch)
    if make is None:
        return report
    backend = make([plan])
    with Progress(len(rows), program.name) as progress:
        trace = _run(replace(job, progress=progress), backend).trace
    return with_measured(report, trace, len(rows), backend.name, plan)


def _batch(order: BatchOrder) -> r.BatchOrder:
    gain = order.gain._asdict() if order.gain is not None else {}
    return r.BatchOrder(len(order.rows), len(order.orders), **gain, skipped=order.skipped)


def _run(job: Job, backend: Backend) -> Outcome:
    """A run. A row that fails has no whole account, so it is an error here."""
    outcome = execute_job(job, backend)
    for result in outcome.failed[:1]:
        error = result.error
        assert error is not None
        raise RunError(
            error.code, f"row {result.row} failed: {error.message}", error.help, error.span
        )
    return outcome


def _good_rows(input: Path, program: PlanProgram) -> list[Row]:
    rows = read_rows(input, program)
    bad = [row for row in rows if row.error]
    if bad:
        error = bad[0].error
        assert error is not None
        raise RunError(error.code, f"{input}:{bad[0].line}: {error.message}", error.help)
    return rows
