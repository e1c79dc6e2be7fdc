"""Batch runs: many rows through one plan, in fixed orders, with a journal that survives a crash.

Rows come in windows, so that neither they nor their orders need be in memory all at once. A row that fails is a
record with its error; the others are unaffected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from ..executor.concurrency import run_together
from ..executor.executor import Executor
from ..executor.instance import Orders
from ..plan.errors import RunError
from .journal import Journal
from .rows import Row, RowResult

ROWS_AT_A_TIME = 128


@dataclass(frozen=True, slots=True)
class Window:
    """Rows that stand together: the order in which they are started (as they stand without one), and the orders of
    their sections."""

    rows: Sequence[Row]
    order: Sequence[int] | None = None
    orders: Mapping[int, Orders] = field(default_factory=dict)

    def started(self) -> Iterator[tuple[Row, Orders | None]]:
        """The rows in the order of starting, each with the orders of its sections."""
        if self.order is None:
            yield from ((row, self.orders.get(row.row)) for row in self.rows)
            return
        by_number = {row.row: row for row in self.rows}
        yield from ((by_number[number], self.orders.get(number)) for number in self.order)


async def run_rows(
    executor: Executor,
    program: str,
    windows: Iterable[Window],
    *,
    journal: Journal | None = None,
    at_a_time: int = ROWS_AT_A_TIME,
    on_row: Callable[[RowResult], None] | None = None,
) -> None:
    """Run rows, `at_a_time` of them in flight; a window is asked for when all rows before it have been started.

    `on_row` gets each result when it is there. With a journal, a result is in it before `on_row` sees it, and a row
    that is settled in it is not run again.
    """
    report = on_row or (lambda result: None)
    waiting = (
        each
        for window in windows
        for each in window.started()
        if journal is None or journal.is_waiting(each[0].row)
    )

    async def work() -> None:
        for row, orders in waiting:
            result = await run_row(executor, program, row, orders)
            if journal:
                journal.add(result)
            report(result)

    await run_together([work() for _ in range(at_a_time)])


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
