"""Batch runs: many rows through one plan, in a fixed order, with a journal that survives a crash.

A row that fails is a record with its error; the others are unaffected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from ..executor.concurrency import run_together
from ..executor.executor import Executor
from ..executor.instance import Orders
from ..plan.errors import RunError
from .journal import Journal
from .rows import Row, RowResult

ROWS_AT_A_TIME = 128


async def run_rows(
    executor: Executor,
    program: str,
    rows: Sequence[Row],
    *,
    journal: Journal | None = None,
    order: Sequence[int] | None = None,
    orders: Mapping[int, Orders] | None = None,
    at_a_time: int = ROWS_AT_A_TIME,
    on_row: Callable[[RowResult], None] | None = None,
) -> None:
    """Run rows, `at_a_time` of them in flight, started in `order`; `orders` are those of their sections.

    `on_row` gets each result when it is there, those from the journal first. With a journal, a result is in it
    before `on_row` sees it, and a row that is in it is not run again.
    """
    report = on_row or (lambda result: None)
    done = journal.done if journal else {}
    for result in done.values():
        report(result)
    by_number = {row.row: row for row in rows}
    waiting = iter([by_number[n] for n in (order or by_number) if n not in done])

    async def work() -> None:
        for row in waiting:
            result = await run_row(executor, program, row, (orders or {}).get(row.row))
            if journal:
                journal.add(result)
            report(result)

    await run_together([work() for _ in range(min(at_a_time, len(by_number)))])


async def run_row(
    executor: Executor, program: str, row: Row, orders: Orders | None = None
) -> RowResult:
    """Run one row; its errors are in the result."""
    if row.error:
        return RowResult(row.row, error=row.error)
    try:
        return RowResult(row.row, await executor.run(program, row.args, row.row, orders))
    except RunError as error:
        return RowResult(row.row, error=msgspec.structs.replace(error.record, line=row.line))
