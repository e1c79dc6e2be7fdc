"""Rows as a Parquet table, read a few hundred at a time. Needs pyarrow, which is imported when there is one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

from ...ir.types import OptionalType, parse_type
from ..plan.schema import PlanProgram
from .rows import Row, checked_row, unreadable


class Parquet:
    """A table; each column is a parameter. A null is not given, unless its parameter may be null."""

    name = "Parquet"

    def count(self, stream: BinaryIO) -> int:
        """How many rows a file holds."""
        return _parquet(stream).metadata.num_rows

    def rows(self, stream: BinaryIO, program: PlanProgram) -> Iterator[Row]:
        """The rows of a file."""
        kinds = {parameter.name: parse_type(parameter.type) for parameter in program.parameters}
        for row, given in enumerate(_records(_parquet(stream))):
            args = {
                name: _as_json(value)
                for name, value in given.items()
                if value is not None or isinstance(kinds.get(name), OptionalType)
            }
            yield checked_row(row, row + 1, args, program)


def _parquet(stream: BinaryIO) -> Any:
    try:
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise unreadable(
            f"reading Parquet needs the package `{error.name}`",
            "`pip install 'sglc[parquet]'` installs it",
        ) from None
    with _whole():
        return ParquetFile(stream)


def _records(file: Any) -> Iterator[dict[str, Any]]:
    """The records of a Parquet file, a few hundred in memory at a time."""
    batches = file.iter_batches(batch_size=256)
    while True:
        with _whole():
            batch = next(batches, None)
            records = batch.to_pylist() if batch is not None else None
        if records is None:
            return
        yield from records


@contextmanager
def _whole() -> Iterator[None]:
    """What pyarrow raises for a file that is damaged means just that."""
    import pyarrow

    try:
        yield
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise unreadable(f"this is no whole Parquet file: {error}") from None


def _as_json(value: Any) -> Any:
    """A value of a table as JSON has it; what JSON does not have is refused with the parameter's type."""
    match value:
        case dict():
            return {str(name): _as_json(item) for name, item in value.items()}
        case list() | tuple():
            return [_as_json(item) for item in value]
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return value
