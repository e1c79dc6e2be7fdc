"""The rows of a batch: what is read from the input, and what became of each.

A row that is no row at all is a record with its error; the others are unaffected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from ..plan.arguments import bind_arguments
from ..plan.errors import ErrorRecord, RunError
from ..plan.nesting import MAX_DEPTH, is_too_deep
from ..plan.schema import PlanProgram, Struct

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
