"""Running a plan from the command line: one instance or the rows of a file, with trace and journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...runtime.backend import Backend
from ...runtime.batch.journal import JOURNAL_VERSION, Journal, JournalHeader, input_digest
from ...runtime.batch.rows import Row, RowResult
from ...runtime.batch.run import run_rows
from ...runtime.executor.executor import Executor, header_of
from ...runtime.plan.file import plan_digest
from ...runtime.plan.schema import Plan
from ...runtime.trace.records import Sink, Tee, Trace, TraceWriter
from ..batch.order import BatchOrder, batch_order
from ..console.progress import Progress
from ..driver.targets import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run: what is run, over what, and where its traces go."""

    plan: Plan
    choice: Choice
    program: str
    rows: Sequence[Row]
    hosts: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    seed: int = 0
    trace_file: Path | None = None
    journal_file: Path | None = None
    resume: bool = False
    progress: Progress | None = None
    on_row: Callable[[RowResult], None] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results in row order, everything that was traced, and the order in which rows were started."""

    results: list[RowResult]
    trace: Trace
    order: BatchOrder

    @property
    def failed(self) -> list[RowResult]:
        """The rows that ended in an error."""
        return [result for result in self.results if result.error]


def execute_job(job: Job, backend: Backend) -> Outcome:
    """Run all rows and close the backend. Raises RunError for what can be known before the first call."""
    return asyncio.run(_execute(job, backend))


async def _execute(job: Job, backend: Backend) -> Outcome:
    trace, results = Trace(), []
    try:
        with ExitStack() as stack:
            sinks: list[Sink] = [trace]
            if job.progress is not None:
                sinks.append(job.progress)
            if job.trace_file is not None:
                stream = stack.enter_context(job.trace_file.open("w", encoding="utf-8"))
                header = header_of(job.plan, job.program, backend, job.seed)
                sinks.append(TraceWriter(stream, header))
            executor = stack.enter_context(
                Executor(
                    job.plan,
                    backend=backend,
                    target=job.choice.target,
                    hosts=job.hosts,
                    run_seed=job.seed,
                    trace=Tee(*sinks),
                )
            )
            order = batch_order(job.plan, job.program, job.rows, job.choice.target.tokenizer)
            journal = _journal(job, order)
            if journal is not None:
                stack.enter_context(journal)
                order = _as_fixed(order, journal.header)
            await run_rows(
                executor,
                job.program,
                job.rows,
                journal=journal,
                order=order.rows,
                orders=order.orders,
                on_row=lambda result: _note(job, results, result),
            )
    finally:
        await backend.close()
    return Outcome(sorted(results, key=lambda result: result.row), trace, order)


def _note(job: Job, results: list[RowResult], result: RowResult) -> None:
    results.append(result)
    if job.progress is not None:
        job.progress.row_done()
    if job.on_row is not None:
        job.on_row(result)


def _journal(job: Job, order: BatchOrder) -> Journal | None:
    if job.journal_file is None:
        return None
    layouts, layout_of = _layouts(order)
    header = JournalHeader(
        journal=JOURNAL_VERSION,
        plan=plan_digest(job.plan),
        program=job.program,
        input=input_digest(job.rows),
        seed=job.seed,
        order=list(order.rows),
        layouts=layouts,
        layout_of=layout_of,
    )
    open_journal = Journal.resume if job.resume else Journal.create
    return open_journal(job.journal_file, header)


def _layouts(order: BatchOrder) -> tuple[list[dict[int, list[int]]], dict[int, int]]:
    """The distinct orders of sections, and which of them each row has."""
    numbers: dict[tuple[tuple[int, tuple[int, ...]], ...], int] = {}
    of = {
        row: numbers.setdefault(
            tuple((number, tuple(places)) for number, places in sorted(own.items())), len(numbers)
        )
        for row, own in order.orders.items()
    }
    return [{number: list(places) for number, places in layout} for layout in numbers], of


def _as_fixed(order: BatchOrder, header: JournalHeader) -> BatchOrder:
    """The order that the journal holds: that of the first start, whatever one would do today."""
    if (header.order, (header.layouts, header.layout_of)) == (list(order.rows), _layouts(order)):
        return order
    return BatchOrder(tuple(header.order), header.orders)
