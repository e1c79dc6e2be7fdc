"""The journal of a batch run: an append-only file that says which rows are done, and with what.

A record is written in one piece before anyone else hears of it (`records.py` has their kinds). After a crash the
file may end in half a line; that row was in flight, and runs again from its start. One process at a time has a
journal, by a lock that ends with it. In memory a row takes nine bytes.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator
from pathlib import Path

import msgspec

from ...ir.types import Type
from ..plan.conformance import mismatch
from ..plan.errors import RunError
from .disk import Appended
from .records import EndRecord, JournalHeader, OrderRecord, Record, RowRecord
from .rows import RowResult

SYNC_SECONDS = 5.0
"""How long a record may be with the operating system alone, which a loss of power would cost."""
_OPEN, _DONE, _FAILED, _TRANSIENT = range(4)
_RECORDS = msgspec.json.Decoder(Record)


class Journal:
    """An open journal. Made by `create` or `resume`; close it, or use it in a `with` block."""

    def __init__(self, file: Appended, header: JournalHeader, retry_failed: bool = False) -> None:
        self.header = header
        self.end: EndRecord | None = None
        self._file, self._retry = file, retry_failed
        self._states = bytearray(header.rows)
        self._places = array("q", bytes(8 * header.rows))
        self._orders: dict[int, int] = {}
        self._ordered = bytearray(header.rows)
        self._synced = time.monotonic()

    @classmethod
    def create(cls, path: Path, header: JournalHeader) -> Journal:
        """Start a journal. One that is there already is an error, unless it holds no row or its run has ended.

        Raises RunError (SGL3605, SGL3608), OSError.
        """
        file = Appended.open(path)
        try:
            if _holds_rows(file):
                raise RunError(
                    "SGL3605",
                    f"there is a journal `{path}` already",
                    "`--resume` goes on with it; remove it to run all rows anew",
                )
            return cls._begun(file, header)
        except BaseException:
            file.close()
            raise

    @classmethod
    def resume(
        cls,
        path: Path,
        header: JournalHeader,
        *,
        retry_failed: bool = False,
        result: Type | None = None,
    ) -> Journal:
        """Go on with a journal of the same run; the orders are the journal's own.

        `retry_failed`: rows that ended in an error are run again. `result` is the type that results must have.
        Raises RunError (SGL3005, SGL3605, SGL3608), OSError. A file that holds no whole header is started anew.
        """
        file = Appended.open(path)
        try:
            first = next(file.lines(), None)
            if first is None:
                _check_begun(file, header)
                return cls._begun(file, header)
            found = _header(path, first[1])
            _check_same(path, found, header)
            journal = cls(file, found, retry_failed)
            journal._read(result)
            return journal
        except BaseException:
            file.close()
            raise

    @classmethod
    def _begun(cls, file: Appended, header: JournalHeader) -> Journal:
        file.cut(0)
        file.append(msgspec.json.encode(header) + b"\n")
        return cls(file, header)

    # --- what is in it ----------------------------------------------------------------------------

    def is_waiting(self, row: int) -> bool:
        """Whether a row is still to be run."""
        state = self._states[row]
        return state in (_OPEN, _TRANSIENT) or (state == _FAILED and self._retry)

    @property
    def kept(self) -> int:
        """How many rows have an outcome that stays."""
        return self.header.rows - self._states.count(_OPEN) - self._states.count(_TRANSIENT)

    @property
    def waiting(self) -> int:
        """How many rows are to be run."""
        return 0 if self.end else sum(map(self.is_waiting, range(self.header.rows)))

    @property
    def failed(self) -> int:
        """How many rows ended in an error."""
        return self._states.count(_FAILED) + self._states.count(_TRANSIENT)

    def order(self, first: int) -> OrderRecord | None:
        """The order that was fixed for the rows from `first` on."""
        place = self._orders.get(first)
        if place is None:
            return None
        record = _RECORDS.decode(self._file.line_at(place))
        assert isinstance(record, OrderRecord)
        return record

    def results(self) -> Iterator[RowResult]:
        """The outcomes, in row order; of a row that was run again, the last."""
        for row in range(self.header.rows):
            if self._states[row] != _OPEN:
                record = _RECORDS.decode(self._file.line_at(self._places[row]))
                assert isinstance(record, RowRecord)
                yield record.outcome

    # --- writing ----------------------------------------------------------------------------------

    def fix(self, record: OrderRecord) -> None:
        """Write the order of some rows, before the first of them runs."""
        self._note_order(record, self._append(record))

    def add(self, result: RowResult) -> None:
        """Write what became of a row."""
        record = RowRecord(result.row, result.result, result.error)
        self._note_row(record, self._append(record))

    def finish(self, output: str) -> None:
        """Write that the run has ended, with the digest of its output; what the rows came to is not kept any more."""
        self.end = EndRecord(output)
        self._append(self.end)
        self._file.replace(
            msgspec.json.encode(self.header) + b"\n" + msgspec.json.encode(self.end) + b"\n"
        )

    def _append(self, record: Record) -> int:
        place = self._file.append(msgspec.json.encode(record) + b"\n")
        now = time.monotonic()
        if now - self._synced > SYNC_SECONDS:
            self._file.sync()
            self._synced = now
        return place

    def close(self) -> None:
        """Make sure that everything is on the disk, and let others have it."""
        self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    # --- reading ----------------------------------------------------------------------------------

    def _read(self, result: Type | None) -> None:
        """Take in all records; half a line at the end is what a crash left, and is cut off."""
        number, end = 1, 0
        for number, (place, line) in enumerate(self._file.lines(), start=1):
            end = place + len(line)
            if number > 1:
                wrong = self._take(line, place, result)
                if wrong:
                    raise _broken(self._file.path, number, wrong)
        self._file.cut(end)

    def _take(self, line: bytes, place: int, result: Type | None) -> str:
        """Take in one record; what is wrong with it."""
        if self.end is not None:
            return "the run had ended before it"
        try:
            record = _RECORDS.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return str(error)
        match record:
            case OrderRecord() if wrong := self._wrong_order(record):
                return wrong
            case RowRecord() if wrong := self._wrong_row(record, result):
                return wrong
            case OrderRecord():
                self._note_order(record, place)
            case RowRecord():
                self._note_row(record, place)
            case EndRecord():
                self.end = record
        return ""

    def _wrong_order(self, record: OrderRecord) -> str:
        if not record.rows or record.first < 0 or record.range.stop > self.header.rows:
            return f"the run has rows 0 to {self.header.rows - 1}"
        if any(self._ordered[record.first : record.range.stop]):
            return "its rows have an order already"
        return record.wrong

    def _wrong_row(self, record: RowRecord, result: Type | None) -> str:
        if not 0 <= record.row < self.header.rows:
            return f"there is no row {record.row}: the run has rows 0 to {self.header.rows - 1}"
        if not self._ordered[record.row]:
            return f"row {record.row} was not in any order yet"
        if self._states[record.row] == _DONE:
            return f"row {record.row} had a result already"
        if record.error is not None and record.result is not None:
            return f"row {record.row} has a result and an error"
        if record.error is None and result is not None:
            wrong = mismatch(result, record.result)
            return f"the result of row {record.row} is {wrong}, not `{result}`" if wrong else ""
        return ""

    def _note_order(self, record: OrderRecord, place: int) -> None:
        self._orders[record.first] = place
        self._ordered[record.first : record.range.stop] = b"\1" * len(record.rows)

    def _note_row(self, record: RowRecord, place: int) -> None:
        settled = record.outcome.is_settled
        state = _DONE if record.error is None else _FAILED if settled else _TRANSIENT
        self._states[record.row], self._places[record.row] = state, place


def _header(path: Path, line: bytes) -> JournalHeader:
    try:
        return msgspec.json.decode(line, type=JournalHeader)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _broken(path, 1, str(error)) from None


def _broken(path: Path, number: int, why: str) -> RunError:
    return RunError("SGL3005", f"{path}:{number}: not a journal record: {why}")


def _check_begun(file: Appended, header: JournalHeader) -> None:
    """Whether a file without a whole line is the beginning of this journal, which a crash left."""
    data = file.head(1 << 16)
    if not msgspec.json.encode(header).startswith(data):
        raise _broken(file.path, 1, "the line has no end")


def _holds_rows(file: Appended) -> bool:
    """Whether a file holds more than a journal that may be begun anew: rows, or something else altogether."""
    lines = [line for _, (_, line) in zip(range(3), file.lines(), strict=False)]
    try:
        if lines:
            msgspec.json.decode(lines[0], type=JournalHeader)
        kinds = [type(_RECORDS.decode(line)) for line in lines[1:]]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return True
    return bool(lines or file.size) and (not lines or kinds not in ([], [OrderRecord], [EndRecord]))


def _check_same(path: Path, found: JournalHeader, wanted: JournalHeader) -> None:
    for name in ("journal", "plan", "program", "input", "seed", "rows"):
        if getattr(found, name) != getattr(wanted, name):
            raise RunError(
                "SGL3605",
                f"the journal `{path}` belongs to another run: its {name} differs",
                "with another `--output` the run starts anew; or remove the journal",
            )
