"""The journal: whatever happens to a run, its process, its disk or its file, no row is lost and none is run twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import shutil
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from faults import Disk, failing
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from sglc.ir.types import STR
from sglc.runtime.batch import disk
from sglc.runtime.batch.journal import Journal
from sglc.runtime.batch.records import JOURNAL_VERSION, JournalHeader, OrderRecord
from sglc.runtime.batch.rows import Row, RowResult
from sglc.runtime.batch.run import Window, run_rows
from sglc.runtime.plan.errors import RunError

ROWS, WINDOW = 12, 5
HEADER = JournalHeader(JOURNAL_VERSION, "plan", "main", "input", 0, ROWS)


class Killed(BaseException):
    """What stands for the end of the process."""


class Program:
    """Stands for an executor: rows come out as told, and the process dies after some of them."""

    def __init__(self, outcomes: list[str], budget: int) -> None:
        self.outcomes, self.budget = outcomes, budget
        self.ran: list[int] = []

    async def run(self, program: str, args: Any, row: int, orders: Any) -> str:
        """A row: `ok`, `failed` or `transient`."""
        for _ in range(row % 3):
            await asyncio.sleep(0)
        if len(self.ran) >= self.budget:
            raise Killed
        self.ran.append(row)
        outcome = self.outcomes[row]
        if outcome != "ok":
            raise RunError(
                "SGL3105", outcome, transient="timeout" if outcome == "transient" else ""
            )
        return f"answer {row}"


def windows(journal: Journal) -> Iterator[Window]:
    """The rows, each window backwards; orders are fixed as a run fixes them."""
    for first in range(0, ROWS, WINDOW):
        rows = [Row(n, n + 1) for n in range(first, min(first + WINDOW, ROWS))]
        fixed = journal.order(first)
        if fixed is None:
            fixed = OrderRecord(first, [row.row for row in reversed(rows)])
            journal.fix(fixed)
        yield Window(rows, fixed.rows)


def run(journal: Journal, program: Any, at_a_time: int = 3) -> None:
    """Run all that is to be run."""
    asyncio.run(run_rows(program, "main", windows(journal), journal=journal, at_a_time=at_a_time))


# --- against a model ----------------------------------------------------------------------------

OUTCOMES = st.lists(
    st.sampled_from(["ok", "ok", "ok", "failed", "transient"]), min_size=ROWS, max_size=ROWS
)


class Model(RuleBasedStateMachine):
    """Runs, deaths, torn lines, full disks, retries and second writers, against a list of what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "j"
        self.log: list[tuple[int, str]] = []  # rows with what became of them, orders as (-1, "")
        self.has_ended = False

    def teardown(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self.folder)

    @rule(
        outcomes=OUTCOMES,
        budget=st.integers(0, ROWS) | st.just(99),
        mode=st.sampled_from(["create", "resume", "retry"]),
        at_a_time=st.integers(1, 4),
        torn=st.integers(0, 12),
    )
    def runs(self, outcomes: list[str], budget: int, mode: str, at_a_time: int, torn: int) -> None:
        """A run that may die, and then the last line of the file may be torn."""
        journal = self._opened(mode)
        if journal is None:
            return
        program = Program(outcomes, budget)
        waiting = self._waiting(mode == "retry")
        watched = self._watched(journal)
        with pytest.raises(RunError, match="another process"):
            Journal.resume(self.path, HEADER)
        if self.has_ended:
            assert journal.waiting == 0
            journal.close()
            return
        assert journal.waiting == len(waiting)
        try:
            run(watched, program, at_a_time)
        except Killed:
            assert set(program.ran) <= waiting
            os.close(journal._file._handle)
            self._tear(torn)
        else:
            assert sorted(program.ran) == sorted(waiting)
            self._check_results(journal)
            if not journal.failed:
                journal.finish("digest")
                self.has_ended, self.log = True, []
            journal.close()

    @rule(outcomes=OUTCOMES, at=st.integers(0, 20), partial=st.integers(0, 40), stuck=st.booleans())
    def is_full(self, outcomes: list[str], at: int, partial: int, stuck: bool) -> None:
        """A disk that is full at some write, after some bytes; `stuck`: what was begun can't be taken back either."""
        journal = self._opened("resume")
        if journal is None or self.has_ended:
            if journal is not None:
                journal.close()
            return
        faults = ("pwrite", "ftruncate") if stuck else ("pwrite",)
        fault = Disk(faults, at, partial=partial)
        with failing(disk, fault):
            try:
                run(self._watched(journal), Program(outcomes, 99))
            except OSError as error:
                named = error.filename
            else:
                named = str(self.path)
                self._check_results(journal)
        assert named == str(self.path)
        os.close(journal._file._handle)

    def _opened(self, mode: str) -> Journal | None:
        """A journal, or None where there is one already and it may not be overwritten."""
        if mode != "create":
            return Journal.resume(self.path, HEADER, retry_failed=mode == "retry", result=STR)
        if any(row >= 0 for row, _ in self.log) or len(self.log) > 1:
            with pytest.raises(RunError, match="already"):
                Journal.create(self.path, HEADER)
            return None
        self.has_ended, self.log = False, []
        return Journal.create(self.path, HEADER)

    def _watched(self, journal: Journal) -> Journal:
        """The journal, which notes in the model what has been written."""
        add, fix = journal.add, journal.fix

        def added(result: RowResult) -> None:
            add(result)
            self.log.append((result.row, result.error.message if result.error else "ok"))

        def fixed(record: OrderRecord) -> None:
            fix(record)
            self.log.append((-1, ""))

        journal.add, journal.fix = added, fixed  # type: ignore[method-assign]
        return journal

    def _waiting(self, retry: bool) -> set[int]:
        became = dict(self.log)
        again = {"transient", "failed"} if retry else {"transient"}
        return {row for row in range(ROWS) if became.get(row, "transient") in again}

    def _tear(self, size: int) -> None:
        data = self.path.read_bytes()
        last = data.rstrip(b"\n").rfind(b"\n") + 1
        if size and self.log and last:
            self.path.write_bytes(data[: max(last, len(data) - size)])
            self.log.pop()

    def _check_results(self, journal: Journal) -> None:
        found = {result.row: result for result in journal.results()}
        became = {row: outcome for row, outcome in self.log if row >= 0}
        assert list(found) == list(range(ROWS))
        for row, outcome in became.items():
            error = found[row].error
            assert (error.message if error else "ok") == outcome
            assert error is not None or found[row].result == f"answer {row}"


Model.TestCase.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
TestModel = Model.TestCase


# --- what can't be ------------------------------------------------------------------------------


def written(path: Path, outcome: Callable[[int], RowResult] | None = None) -> list[bytes]:
    """The lines of a journal in which all rows are done."""
    with Journal.create(path, HEADER) as journal:
        run(journal, Program(["ok"] * ROWS, 99))
    return path.read_bytes().splitlines(keepends=True)


def row(number: Any, **fields: Any) -> dict[str, Any]:
    """A record of a row."""
    return {"type": "row", "row": number, "result": "x", **fields}


IMPOSSIBLE = {
    "a row that there is not": (row(999), "there is no row 999: the run has rows 0 to 11"),
    "a negative row": (row(-1), "there is no row -1"),
    "a row of the wrong type": (row("three"), "Expected `int`, got `str`"),
    "a result of the wrong type": (row(11, result=7), "the result of row 11 is 7, not `str`"),
    "a result and an error": (
        row(11, error={"code": "x", "message": "y"}),
        "a result and an error",
    ),
    "a row twice": (row(9), "row 9 had a result already"),
    "a row before its order": (row(3), "row 3 was not in any order yet"),
    "an order twice": ({"type": "order", "first": 10, "rows": [11, 10]}, "have an order already"),
    "a partial order": ({"type": "order", "first": 0, "rows": [0, 2]}, "are no order of rows"),
    "an order of no row": ({"type": "order", "first": 0, "rows": []}, "the run has rows 0 to 11"),
    "an order beyond the rows": ({"type": "order", "first": 11, "rows": [11, 12]}, "rows 0 to 11"),
    "sections that are not there": (
        {"type": "order", "first": 0, "rows": [0], "layout_of": {"0": 4}},
        "a row has sections that it does not hold",
    ),
    "sections without one": (
        {"type": "order", "first": 0, "rows": [0], "layouts": [{"0": [0, 0]}]},
        "an order of sections is none",
    ),
    "an unknown record": ({"type": "note"}, "Invalid value 'note'"),
    "an unknown field": (row(11, extra=1), "unknown field `extra`"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_a_line_that_can_not_be_is_refused_with_its_number(case: str, tmp_path: Path) -> None:
    record, words = IMPOSSIBLE[case]
    head = [
        HEADER,
        OrderRecord(5, [9, 8, 7, 6, 5]),
        OrderRecord(10, [11, 10]),
        row(9, result="an answer"),
    ]
    lines = [msgspec.json.encode(each) for each in [*head, record, row(10)]]
    lines[1] = (
        lines[1].replace(b"{", b'{"type":"order",', 1) if b"type" not in lines[1] else lines[1]
    )
    (tmp_path / "j").write_bytes(b"".join(line + b"\n" for line in lines))
    with pytest.raises(RunError) as failed:
        Journal.resume(tmp_path / "j", HEADER, result=STR)
    assert failed.value.code == "SGL3005"
    assert f"j:5: not a journal record: {words}"[:20] in failed.value.message
    assert words in failed.value.message


def test_what_follows_the_end_is_refused(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "j", HEADER) as journal:
        run(journal, Program(["ok"] * ROWS, 99))
        journal.finish("digest")
    with (tmp_path / "j").open("ab") as stream:
        stream.write(msgspec.json.encode(row(3)) + b"\n")
    with pytest.raises(RunError, match=":3: not a journal record: the run had ended before it"):
        Journal.resume(tmp_path / "j", HEADER)


@pytest.mark.parametrize("name", ["journal", "plan", "program", "input", "seed", "rows"])
def test_a_journal_of_another_run_is_refused(tmp_path: Path, name: str) -> None:
    written(tmp_path / "j")
    other = 7 if name in ("journal", "seed", "rows") else "other"
    with pytest.raises(RunError, match=f"its {name} differs") as failed:
        Journal.resume(tmp_path / "j", msgspec.structs.replace(HEADER, **{name: other}))
    assert failed.value.code == "SGL3605"


def test_a_file_that_is_no_journal_is_never_overwritten(tmp_path: Path) -> None:
    for data in (b"mine", b"mine\n", b"{}\n", b'{"journal":3}\nmine\n'):
        (tmp_path / "j").write_bytes(data)
        with pytest.raises(RunError):
            Journal.create(tmp_path / "j", HEADER)
        with pytest.raises(RunError, match="j:1: not a journal record"):
            Journal.resume(tmp_path / "j", HEADER)
        assert (tmp_path / "j").read_bytes() == data


@pytest.mark.parametrize("count", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_mutated_journals_are_refused_with_a_line_or_read_as_they_are(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, rng = written(tmp_path / "j"), random.Random(1)
    monkeypatch.setattr(disk.Appended, "sync", lambda file: None)  # which is what takes time
    found = Counter[str]()
    for _ in range(count):
        (tmp_path / "j").write_bytes(mutated(lines, rng))
        try:
            Journal.resume(tmp_path / "j", HEADER, result=STR).close()
        except RunError as error:
            names_line = re.search(r"j:\d+: not a journal record", error.message)
            found[error.code if names_line or error.code == "SGL3605" else error.message] += 1
    assert set(found) <= {"SGL3005", "SGL3605"}
    assert found.total() > count * 0.6


def mutated(lines: list[bytes], rng: random.Random) -> bytes:
    """A journal with something wrong: bytes changed, lines swapped, doubled, dropped or cut."""
    found = list(lines)
    at, other = rng.randrange(len(found)), rng.randrange(len(found))
    match rng.randrange(5):
        case 0:
            line = bytearray(found[at])
            line[rng.randrange(len(line))] = rng.randrange(256)
            found[at] = bytes(line)
        case 1:
            found[at], found[other] = found[other], found[at]
        case 2:
            found.insert(other, found[at])
        case 3:
            del found[at]
        case _:
            found[at] = found[at][: rng.randrange(len(found[at]))] + b"\n"
    return b"".join(found)


# --- who has it ---------------------------------------------------------------------------------


def test_a_pipe_holds_no_journal(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x")
    with pytest.raises(RunError, match="is a device or a pipe") as caught:
        Journal.create(tmp_path / "x", HEADER)
    assert caught.value.code == "SGL3605"


def test_two_writers_can_not_have_one_journal(tmp_path: Path) -> None:
    first = Journal.create(tmp_path / "j", HEADER)
    for begin in (Journal.create, Journal.resume):
        with pytest.raises(RunError) as failed:
            begin(tmp_path / "j", HEADER)
        assert failed.value.code == "SGL3608"
    first.close()
    Journal.resume(tmp_path / "j", HEADER).close()


def test_a_lock_ends_with_its_owner(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        journal = Journal.create(tmp_path / "j", HEADER)
        run(journal, Program(["ok"] * ROWS, 99))
        os._exit(0)  # without closing anything
    os.waitpid(pid, 0)
    with Journal.resume(tmp_path / "j", HEADER) as journal:
        assert (journal.waiting, journal.kept) == (0, ROWS)


def test_results_stand_in_row_order_and_the_last_one_counts(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "j", HEADER) as journal:
        run(journal, Program(["failed"] * ROWS, 99))
    with Journal.resume(tmp_path / "j", HEADER) as journal:
        assert journal.waiting == 0
    with Journal.resume(tmp_path / "j", HEADER, retry_failed=True) as journal:
        assert journal.waiting == ROWS
        run(journal, Program(["ok"] * ROWS, 99))
        assert [each.result for each in journal.results()] == [f"answer {n}" for n in range(ROWS)]
    raw = (tmp_path / "j").read_bytes().splitlines()
    assert sum(json.loads(line).get("type") == "row" for line in raw) == 2 * ROWS


# --- memory -------------------------------------------------------------------------------------


class Long:
    """Stands for an executor: each row has an answer of its own."""

    async def run(self, program: str, args: Any, row: int, orders: Any) -> str:
        """A row."""
        return f"answer {row} " * 20


def peak_of(path: Path, rows: int, window: int) -> int:
    """The most memory that a run over so many rows has at a time, in bytes."""
    header = msgspec.structs.replace(HEADER, rows=rows)

    def windows(journal: Journal) -> Iterator[Window]:
        for first in range(0, rows, window):
            made = [Row(n, n + 1, {"text": f"row {n} " * 20}) for n in range(first, first + window)]
            journal.fix(OrderRecord(first, [row.row for row in made]))
            yield Window(made, [row.row for row in made])

    tracemalloc.start()
    with Journal.create(path, header) as journal:
        executor: Any = Long()
        asyncio.run(run_rows(executor, "main", windows(journal), journal=journal))
        assert sum(1 for _ in journal.results()) == rows
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    few, many = (peak_of(tmp_path / f"{n}", n, 500) for n in (2_000, 20_000))
    assert (many - few) / 18_000 < 20, "bytes for each further row"
