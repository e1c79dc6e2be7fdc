"""Running a plan from the command line: one instance or the rows of a file, with trace and journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ...ir.types import parse_type
from ...runtime.backend import Backend
from ...runtime.batch.journal import Journal
from ...runtime.batch.records import JOURNAL_VERSION, JournalHeader, OrderRecord
from ...runtime.batch.rows import Row, RowList, RowResult, RowSource
from ...runtime.batch.run import Window, run_rows
from ...runtime.executor.executor import Executor, header_of
from ...runtime.plan.file import plan_digest
from ...runtime.plan.schema import Plan
from ...runtime.trace.records import Sink, Tee, Trace
from ..batch.order import BatchOrder, batch_order
from ..console.progress import Progress
from ..driver.targets import Choice
from .tracing import TraceFile

WINDOW = 16_384
"""How many rows are ordered together; of longer inputs that many are in memory at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run: what is run, over what, and where its traces go.

    `is_kept`: results and trace stay in memory, as the outcome. Otherwise `on_row` and `sinks` are all who get them.
    """

    plan: Plan
    choice: Choice
    program: str
    rows: Sequence[Row] | RowSource
    hosts: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    seed: int = 0
    trace_file: Path | None = None
    journal: Journal | None = None
    progress: Progress | None = None
    on_row: Callable[[RowResult], None] | None = None
    sinks: Sequence[Sink] = ()
    is_kept: bool = True

    @property
    def source(self) -> RowSource:
        """The rows, wherever they are."""
        return RowList(self.rows) if isinstance(self.rows, Sequence) else self.rows


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
    trace, results = Trace(), list[RowResult]()
    source, orders = job.source, list[BatchOrder]()
    try:
        with ExitStack() as stack:
            sinks: list[Sink] = [*job.sinks, *([trace] if job.is_kept else [])]
            if job.progress is not None:
                sinks.append(job.progress)
            if job.trace_file is not None:
                header = header_of(job.plan, job.program, backend, job.seed)
                file = TraceFile(job.trace_file, header, job.choice.target.tokenizer)
                sinks.append(stack.enter_context(file))
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
            await run_rows(
                executor,
                job.program,
                _windows(job, source, orders),
                journal=job.journal,
                on_row=lambda result: _note(job, results, result),
            )
            if job.journal is not None and job.is_kept:
                results = list(job.journal.results())
    finally:
        await backend.close()
    return Outcome(sorted(results, key=lambda result: result.row), trace, _joined(orders))


def _note(job: Job, results: list[RowResult], result: RowResult) -> None:
    if job.is_kept:
        results.append(result)
    if job.progress is not None:
        job.progress.row_done(failed=result.error is not None)
    if job.on_row is not None:
        job.on_row(result)


# --- orders -----------------------------------------------------------------------------------------


def _windows(job: Job, source: RowSource, orders: list[BatchOrder]) -> Iterator[Window]:
    """The rows in windows, each ordered when it is its turn, or as the journal has it."""
    rows, first = source.rows(), 0
    while True:
        fixed = job.journal.order(first) if job.journal is not None else None
        window = list(islice(rows, len(fixed.rows) if fixed else WINDOW))
        if not window:
            return
        if fixed is None:
            order = _ordered(job, window, source.count)
            fixed = OrderRecord.of(order.rows, order.orders)
            if job.journal is not None:
                job.journal.fix(fixed)
        else:
            order = BatchOrder(tuple(fixed.rows), fixed.orders)
        if job.is_kept or not orders:
            orders.append(order)
        yield Window(window, fixed.rows, fixed.orders)
        first += len(window)


def _ordered(job: Job, rows: Sequence[Row], count: int) -> BatchOrder:
    in_parts = f"{count:,} rows are ordered in parts of {WINDOW:,}" if count > WINDOW else ""
    tokenizer = job.choice.target.tokenizer
    return batch_order(job.plan, job.program, rows, tokenizer, unpredicted=in_parts)


def _joined(orders: Sequence[BatchOrder]) -> BatchOrder:
    """The orders of all windows one after the other; what was predicted is of a single one."""
    if len(orders) == 1:
        return orders[0]
    rows = tuple(row for order in orders for row in order.rows)
    own = {row: order for each in orders for row, order in each.orders.items()}
    return BatchOrder(rows, own, skipped=next((each.skipped for each in orders), ""))


# --- the journal --------------------------------------------------------------------------------------


def journal_header(plan: Plan, program: str, source: RowSource, seed: int) -> JournalHeader:
    """What a journal of this run belongs to."""
    return JournalHeader(
        JOURNAL_VERSION, plan_digest(plan), program, source.digest, seed, source.count
    )


def resumed(
    path: Path, plan: Plan, program: str, header: JournalHeader, *, retry_failed: bool = False
) -> Journal:
    """The journal of an interrupted run. Raises RunError (SGL3005, SGL3605, SGL3608)."""
    found = next(each for each in plan.programs if each.name == program)
    result = parse_type(found.result)
    return Journal.resume(path, header, retry_failed=retry_failed, result=result)
