"""The journal of a batch run: an append-only file that says which rows are done, and with what.

The first line fixes what is run: plan, program, input, seed and orders. Each further line is one
finished row, written in one piece before anyone else hears of the result. After a crash the file may
end in half a line; that row was in flight, and runs again from its start.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from ..executor.instance import Orders
from ..plan.errors import RunError
from ..plan.schema import Struct
from .rows import RowResult

JOURNAL_VERSION = 2
T = TypeVar("T")


class JournalHeader(Struct, frozen=True):
    """What the journal belongs to. `input` is a digest of the rows; `order` is that of starting them.

    `layouts` are the orders of sections that rows have, by the number of the sections, and `layout_of`
    says which row has which; all others have the plan's.
    """

    journal: int
    plan: str
    program: str
    input: str
    seed: int
    order: list[int]
    layouts: list[dict[int, list[int]]] = []
    layout_of: dict[int, int] = {}

    @property
    def orders(self) -> dict[int, Orders]:
        """By row, the orders of its sections."""
        return {row: self.layouts[layout] for row, layout in self.layout_of.items()}


class Journal:
    """An open journal. `done` are the rows that were in it when it was opened."""

    def __init__(self, stream: BinaryIO, header: JournalHeader, done: dict[int, RowResult]) -> None:
        self._stream, self.header, self.done = stream, header, done

    @classmethod
    def create(cls, path: Path, header: JournalHeader) -> Journal:
        """Start a journal; one that is there already is an error (SGL3605)."""
        try:
            stream = path.open("xb")
        except FileExistsError:
            raise RunError(
                "SGL3605", f"there is a journal `{path}` already", "`--resume` goes on with it"
            ) from None
        journal = cls(stream, header, {})
        journal._write(header)
        return journal

    @classmethod
    def resume(cls, path: Path, header: JournalHeader) -> Journal:
        """Go on with a journal of the same run. Raises RunError (SGL3005, SGL3605).

        The orders are the journal's own. A file that holds no whole header is started anew.
        """
        lines = _whole_lines(path) if path.exists() else []
        if not lines:
            path.unlink(missing_ok=True)
            return cls.create(path, header)
        found = _decode(path, 1, lines[0], JournalHeader)
        _check_same(path, found, header)
        _check_orders(path, found)
        done = _results(path, lines[1:])
        stream = path.open("r+b")
        stream.seek(sum(len(line) + 1 for line in lines))
        stream.truncate()
        return cls(stream, found, done)

    def add(self, result: RowResult) -> None:
        """Write one finished row."""
        self._write(result)

    def close(self) -> None:
        """Make sure that everything is on the disk."""
        os.fsync(self._stream.fileno())
        self._stream.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def _write(self, record: Struct) -> None:
        self._stream.write(msgspec.json.encode(record) + b"\n")
        self._stream.flush()


def input_digest(lines: Sequence[Struct]) -> str:
    """A digest of the rows of a batch."""
    digest = hashlib.blake2b(digest_size=16)
    for line in lines:
        digest.update(msgspec.json.encode(line) + b"\n")
    return digest.hexdigest()


def _whole_lines(path: Path) -> list[bytes]:
    """The lines that end as lines do; half a line at the end is what a crash left."""
    return path.read_bytes().split(b"\n")[:-1]


def _results(path: Path, lines: Sequence[bytes]) -> dict[int, RowResult]:
    found = [_decode(path, number, line, RowResult) for number, line in enumerate(lines, start=2)]
    return {result.row: result for result in found}


def _decode(path: Path, number: int, line: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunError("SGL3005", f"{path}:{number}: not a journal record: {error}") from None


def _check_orders(path: Path, header: JournalHeader) -> None:
    """Orders are permutations, and every row that has one names it."""
    orders = [order for layout in header.layouts for order in layout.values()]
    are_orders = all(sorted(order) == list(range(len(order))) for order in orders)
    if not are_orders or not all(0 <= n < len(header.layouts) for n in header.layout_of.values()):
        raise RunError("SGL3005", f"{path}:1: not a journal record: an order is none")


def _check_same(path: Path, found: JournalHeader, wanted: JournalHeader) -> None:
    for name in ("journal", "plan", "program", "input", "seed"):
        if getattr(found, name) != getattr(wanted, name):
            raise RunError(
                "SGL3605",
                f"the journal `{path}` belongs to another run: its {name} differs",
                "without `--resume`, or with another `--output`, the run starts anew",
            )
