"""The formats in which rows stand in files: JSON lines, CSV and Parquet, each as a stream of rows.

A format reads arguments; what they are worth for a program is checked in `rows.py`. Nothing here holds more than
one line, or one batch of a Parquet file, at a time.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO, Protocol

import msgspec

from ...ir.types import OptionalType, Type, parse_type
from ..plan.errors import RunError
from ..plan.nesting import MAX_DEPTH, is_too_deep
from ..plan.schema import PlanProgram
from ..plan.texts import value_of
from .rows import Row, bad_row, checked_row

MAX_LINE = 16 * 1024 * 1024
BOM = b"\xef\xbb\xbf"
DELIMITERS = (",", ";", "\t")


class Format(Protocol):
    """A way to write rows. `name` is what messages call it."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    def count(self, stream: BinaryIO) -> int:
        """How many rows a file holds. Raises RunError (SGL3607)."""
        ...

    def rows(self, stream: BinaryIO, program: PlanProgram) -> Iterator[Row]:
        """The rows of a file. Raises RunError (SGL3607)."""
        ...


def unreadable(message: str, help: str = "") -> RunError:
    """A file of rows that can't be read as one."""
    return RunError("SGL3607", message, help)


# --- JSON lines -----------------------------------------------------------------------------------


class JsonLines:
    """One JSON object of parameters on each line; empty lines are skipped."""

    name = "JSON lines"

    def count(self, stream: BinaryIO) -> int:
        """How many rows a file holds."""
        return sum(1 for _ in _lines(stream))

    def rows(self, stream: BinaryIO, program: PlanProgram) -> Iterator[Row]:
        """The rows of a file."""
        for row, (number, line) in enumerate(_lines(stream)):
            try:
                args = _decoded(line)
            except RunError as error:
                yield bad_row(row, number, error)
            else:
                yield checked_row(row, number, args, program)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers; of one that is too long, its beginning."""
    number = 0
    while line := stream.readline(MAX_LINE + 2):
        number += 1
        last = line
        while not last.endswith(b"\n") and len(last) == MAX_LINE + 2:
            last = stream.readline(MAX_LINE + 2)
        line = line.removeprefix(BOM) if number == 1 else line
        if line.strip():
            yield number, line


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


# --- CSV ------------------------------------------------------------------------------------------


class Csv:
    """A header of parameter names, then a line for each row; `delimiter` stands between values.

    A value is text where its parameter is text, and JSON elsewhere. An empty one is the empty text for a parameter
    that is text, and not given for any other.
    """

    name = "CSV"

    def __init__(self, delimiter: str = ",") -> None:
        self._delimiter = delimiter

    def count(self, stream: BinaryIO) -> int:
        """How many rows a file holds."""
        return sum(1 for _ in self._records(stream)) - 1

    def rows(self, stream: BinaryIO, program: PlanProgram) -> Iterator[Row]:
        """The rows of a file."""
        kinds = {parameter.name: parse_type(parameter.type) for parameter in program.parameters}
        records = self._records(stream)
        names = _header(next(records, (1, []))[1])
        for row, (number, cells) in enumerate(records):
            try:
                args = _arguments(names, cells, kinds)
            except RunError as error:
                yield bad_row(row, number, error)
            else:
                yield checked_row(row, number, args, program)

    def _records(self, stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
        """Each record with the line at which it begins; lines without anything are skipped."""
        csv.field_size_limit(MAX_LINE)
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
        reader = csv.reader(text, delimiter=self._delimiter)
        begins = 1
        try:
            for cells in reader:
                if cells:
                    yield begins, cells
                begins = reader.line_num + 1
        except csv.Error as error:
            raise unreadable(f"line {reader.line_num} is no CSV: {error}") from None
        finally:
            with suppress(ValueError):  # the caller, whose stream it is, has closed it already
                text.detach()


def _header(names: Sequence[str]) -> list[str]:
    """The names of a header. Raises RunError (SGL3607)."""
    stripped = [name.strip() for name in names]
    for name in stripped:
        if not _is_text(name):
            raise unreadable("the header is not UTF-8", "save the file as UTF-8")
        if stripped.count(name) > 1:
            raise unreadable(f"the header names `{name}` twice", "each column is one parameter")
    return stripped


def _is_text(text: str) -> bool:
    """Whether all of it could be decoded."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _arguments(
    names: Sequence[str], cells: Sequence[str], kinds: dict[str, Type]
) -> dict[str, Any]:
    if len(cells) != len(names):
        raise RunError(
            "SGL3601", f"the line has {len(cells)} values, and the header {len(names)} names"
        )
    args: dict[str, Any] = {}
    for name, text in zip(names, cells, strict=True):
        if not _is_text(text):
            raise RunError("SGL3601", f"the value of `{name}` is not UTF-8")
        kind = kinds.get(name)
        if kind is None:
            args[name] = text
            continue
        try:
            value = value_of(text, kind)
        except ValueError as error:
            if not text:
                continue
            raise RunError("SGL3604", f"the value of `{name}` is no `{kind}`: {error}") from None
        args[name] = value
    return args


# --- Parquet --------------------------------------------------------------------------------------


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


# --- which ----------------------------------------------------------------------------------------

_BY_SUFFIX = {".csv": "CSV", ".tsv": "CSV", ".parquet": "Parquet", ".jsonl": "JSON lines"}


def format_of(head: bytes, name: str, program: PlanProgram) -> tuple[Format, str]:
    """The format of a file that begins with `head`, and a note where its name says another.

    What a file holds decides, not what it is called. Raises RunError (SGL3607).
    """
    found = _held(head, name, program)
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    called = _BY_SUFFIX.get(suffix)
    note = (
        f"`{name}` holds {found.name}, and is read so" if called not in (None, found.name) else ""
    )
    return found, note


def _held(head: bytes, name: str, program: PlanProgram) -> Format:
    if head.startswith(b"PAR1"):
        return Parquet()
    _check_text(head, name)
    text = head.removeprefix(BOM)
    first = text.lstrip().partition(b"\n")[0].decode("utf-8", "replace").strip()
    if first == "[" or (first.startswith("[") and name.lower().endswith(".json")):
        raise unreadable(
            f"`{name}` holds one JSON array, and rows stand on lines of their own",
            f"`jq -c '.[]' {name}` writes them so",
        )
    delimiter = _delimiter(first, name, program)
    return JsonLines() if delimiter is None else Csv(delimiter)


def _check_text(head: bytes, name: str) -> None:
    if head.startswith(b"\x1f\x8b"):
        raise unreadable(
            f"`{name}` is compressed", f"`gunzip -c {name} | sglc run ... --input -` reads it"
        )
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" in head:
        raise unreadable(f"`{name}` is UTF-16", "save it as UTF-8")


def _delimiter(first: str, name: str, program: PlanProgram) -> str | None:
    """What stands between the values of a CSV file; None where the first line is no header of one."""
    if not first or first[0] in "{[":
        return None
    known = {parameter.name for parameter in program.parameters}
    by_count = sorted(DELIMITERS, key=lambda each: -first.count(each))
    cells = {cell.strip().strip('"') for cell in first.split(by_count[0])}
    is_called_so = _BY_SUFFIX.get("." + name.rpartition(".")[2].lower()) == "CSV"
    if not is_called_so and not cells & known:
        return None
    return "\t" if name.lower().endswith(".tsv") and "\t" in first else by_count[0]
