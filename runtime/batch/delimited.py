"""Rows as CSV: a header of parameter names, then values between commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

from ...ir.types import Type, parse_type
from ..plan.errors import RunError
from ..plan.schema import PlanProgram
from ..plan.texts import value_of
from .rows import MAX_LINE, Row, bad_row, checked_row, unreadable


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
