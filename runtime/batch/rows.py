"""The rows of a batch: what is read from the input, and what became of each.

A row that is no row at all is a record with its error; the others are unaffected.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import msgspec

from ..plan.arguments import bind_arguments
from ..plan.errors import ErrorRecord, RunError
from ..plan.schema import PlanProgram, Struct

MAX_LINE = 16 * 1024 * 1024
"""The longest row of a text file."""
BOM = b"\xef\xbb\xbf"


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

    @property
    def is_settled(self) -> bool:
        """Whether it would come out the same again: not so where a server could not be reached for a while."""
        return self.error is None or not self.error.transient


class RowSource(Protocol):
    """Rows that are read in order, as often as one likes. `digest` names their content."""

    @property
    def count(self) -> int:
        """How many rows there are."""
        ...

    @property
    def digest(self) -> str:
        """The same for the same rows."""
        ...

    def rows(self) -> Iterator[Row]:
        """The rows, from the first. Raises RunError (SGL3607) where they can't be read any more."""
        ...


class RowList:
    """Rows in memory."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = list(rows)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def digest(self) -> str:
        """The same for the same rows."""
        return input_digest(self._rows)

    def rows(self) -> Iterator[Row]:
        """The rows."""
        return iter(self._rows)


def input_digest(rows: Iterable[Row]) -> str:
    """A digest of rows in memory."""
    digest = new_digest()
    for row in rows:
        digest.update(msgspec.json.encode(row) + b"\n")
    return digest.hexdigest()


def new_digest() -> hashlib.blake2b:
    """An empty digest of rows."""
    return hashlib.blake2b(digest_size=16)


def rows_of(args: Iterable[dict[str, Any]], program: PlanProgram) -> list[Row]:
    """Rows from arguments in memory, each checked; `line` is the row's number from 1."""
    return [checked_row(number, number + 1, given, program) for number, given in enumerate(args)]


def checked_row(row: int, line: int, args: dict[str, Any], program: PlanProgram) -> Row:
    """A row of these arguments, or of the error that they are for the program."""
    try:
        bind_arguments(program, args)
    except RunError as error:
        return bad_row(row, line, error)
    return Row(row, line, args)


def bad_row(row: int, line: int, error: RunError) -> Row:
    """A row that is none."""
    return Row(row, line, error=msgspec.structs.replace(error.record, line=line))


def unreadable(message: str, help: str = "") -> RunError:
    """A file of rows that can't be read as one."""
    return RunError("SGL3607", message, help)
