"""Batch runs: many rows through one plan, in a fixed order, with a journal that survives a crash.

A row that fails, or that is no row at all, is a record with its error; the others are unaffected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..executor.concurrency import run_together
from ..executor.executor import Executor
from ..executor.instance import Orders
from ..plan.arguments import bind_arguments
from ..plan.errors import ErrorRecord, RunError
from ..plan.nesting import MAX_DEPTH, is_too_deep
from ..plan.schema import PlanProgram, Struct
from .journal import Journal

ROWS_AT_A_TIME = 128
MAX_LINE = 16 * 1024 * 1024


class Row(Struct, frozen=True):
    """One line of the input: its arguments, or what is wrong with it. `row` counts rows from 0, `line` lines from 1."""

    row: int
    line: int
    args: dict[str, Any] = {}
    error: ErrorRecord | None = None


class RowResult(Struct, frozen=True):
    """What became of a row: a result, or an error."""

    row: int
    result: Any = None
    error: ErrorRecord | None = None


def read_rows(path: Path, program: PlanProgram) -> list[Row]:
    """The rows of a JSON-lines file, each checked against the program's parameters. Empty lines are skipped."""
    with path.open("rb") as lines:
        return list(_rows(lines, program))


def _rows(lines: Iterable[bytes], program: PlanProgram) -> Iterator[Row]:
    row = 0
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _row(row, number, line, program)
            row += 1


def _row(row: int, line: int, text: bytes, program: PlanProgram) -> Row:
    try:
        args = _decoded(text)
        bind_arguments(program, args)
    except RunError as error:
        return Row(row, line, error=msgspec.structs.replace(error.record, line=line))
    return Row(row, line, args)


def _decoded(text: bytes) -> dict[str, Any]:
    if len(text) > MAX_LINE:
        raise RunError("SGL3601", f"the line is longer than {MAX_LINE} bytes")
    if is_too_deep(text):
        raise RunError("SGL3601", f"the line is nested more than {MAX_DEPTH} levels deep")
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunError("SGL3601", f"the line is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise RunError(
            "SGL3601", f"the line holds a {type(found).__name__}, not an object of parameters"
        )
    return found


def rows_of(args: Iterable[dict[str, Any]], program: PlanProgram) -> list[Row]:
    """Rows from arguments in memory, each checked; `line` is the row's number from 1."""
    return [_checked(number, given, program) for number, given in enumerate(args)]


def _checked(row: int, args: dict[str, Any], program: PlanProgram) -> Row:
    try:
        bind_arguments(program, args)
    except RunError as error:
        return Row(row, row + 1, error=error.record)
    return Row(row, row + 1, args)


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
