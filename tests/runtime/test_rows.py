"""Batch runs: bad rows stand alone, and a run that is killed anywhere goes on without loss or repetition."""

import asyncio
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_writer import TARGET, PlanWriter, Script

from sglc.runtime.batch.journal import JOURNAL_VERSION, Journal, JournalHeader, input_digest
from sglc.runtime.batch.rows import Row, RowResult, read_rows, rows_of
from sglc.runtime.batch.run import run_rows
from sglc.runtime.executor.executor import Executor
from sglc.runtime.plan.errors import RunError
from sglc.runtime.plan.file import plan_digest
from sglc.runtime.plan.schema import HostBinding, HostStep, Ref


def plan():
    """Asks one question about `name`, after an effect."""
    writer = PlanWriter(parameters=[("name", "str"), ("times", "int")])
    writer.hosts.append(HostBinding("effect", [("x", "str")], "none"))
    writer.steps.append(HostStep(writer.register(), "effect", [Ref(0)]))
    value, _ = writer.gen(writer.insert(writer.root(), Ref(0)))
    return writer.plan(Ref(value))


PLAN = plan()
PROGRAM = PLAN.programs[0]
LINES = """\
{"name": "Ada", "times": 1}
{"name": "Bob", "times": "twice"}

{"name": "Cyd", "times"
{"name": "Dee"}
{"name": "Eve", "tims": 3}
["Fay", 3]
{"name": "Gus", "times": 7}"""


def run(
    rows: list[Row], journal: Journal | None = None, at_a_time: int = 4, **script
) -> dict[int, RowResult]:
    found: dict[int, RowResult] = {}
    hosts = {"effect": script.pop("effect", lambda x: None)}

    async def main() -> None:
        with Executor(PLAN, backend=Script(**script), target=TARGET, hosts=hosts) as executor:
            await run_rows(
                executor, "main", rows, journal=journal, at_a_time=at_a_time,
                on_row=lambda result: found.__setitem__(result.row, result),
            )  # fmt: skip

    asyncio.run(main())
    return found


def test_a_bad_row_is_a_record_and_the_others_are_unaffected(tmp_path: Path):
    path = tmp_path / "rows.jsonl"
    path.write_text(LINES)
    found = run(read_rows(path, PROGRAM), answer=lambda text: text.lower())
    errors = {result.error.line: result.error.code for result in found.values() if result.error}
    assert errors == {2: "SGL3604", 4: "SGL3601", 5: "SGL3602", 6: "SGL3603", 7: "SGL3601"}
    assert {n: r.result for n, r in found.items() if not r.error} == {0: "ada", 6: "gus"}
    assert next(r.error.help for r in found.values() if r.error and r.error.line == 6) == (
        "a parameter `times` exists"
    )


def test_bytes_that_are_no_text_and_deep_nesting_are_errors_of_their_rows(tmp_path: Path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xff\xfe\n{"name": ' + b"[" * 100_000 + b'\n{"name": "Ada", "times": 1}\n')
    found = run(read_rows(path, PROGRAM))
    assert [found[n].error is None for n in range(3)] == [False, False, True]


def test_a_row_that_fails_while_it_runs_stands_alone():
    def effect(x: str) -> None:
        if x == "n3":
            raise ValueError("no")

    rows = rows_of([{"name": f"n{i}", "times": 1} for i in range(8)], PROGRAM)
    found = run(rows, effect=effect)
    assert [n for n, result in sorted(found.items()) if result.error] == [3]
    assert found[3].error is not None
    assert (found[3].error.code, found[3].error.line) == ("SGL3502", 4)


def test_rows_in_flight_are_bounded():
    rows = rows_of([{"name": f"n{i}", "times": 1} for i in range(30)], PROGRAM)
    running = peak = 0

    async def effect(x: str) -> None:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0)
        running -= 1

    run(rows, effect=effect, at_a_time=5)
    assert peak <= 5


# --- the journal --------------------------------------------------------------------------------

ROWS = rows_of([{"name": f"name {i}", "times": i} for i in range(12)], PROGRAM)


def header(**changes) -> JournalHeader:
    base = JournalHeader(
        JOURNAL_VERSION, plan_digest(PLAN), "main", input_digest(ROWS), 0, [row.row for row in ROWS]
    )
    return msgspec.structs.replace(base, **changes)


class Killed(BaseException):
    """What stands for the end of the process."""


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_killed_anywhere_it_goes_on_without_loss_or_repetition(tmp_path_factory, data):
    """The process dies at a random effect, and the file at a random byte of its last line; again and again."""
    path = tmp_path_factory.mktemp("journal") / "j"
    effects: list[str] = []
    journalled: set[str] = set()
    found: dict[int, RowResult] = {}
    for deaths in range(50):
        budget = data.draw(st.integers(0, 6), label="effects before death") if deaths < 6 else 99

        async def effect(  # on the event loop: threads would make the number of deaths a matter of luck
            x: str,
            limit: int = len(effects) + budget,
            known: frozenset[str] = frozenset(journalled),
        ) -> None:
            if len(effects) >= limit:
                raise Killed
            effects.append(x)
            assert x not in known, "a row in the journal was run again"

        journal = Journal.resume(path, header())
        try:
            found = run(ROWS, journal, at_a_time=3, effect=effect)
        except Killed:
            pass
        else:
            break
        finally:
            journal._stream.close()
        cut = data.draw(st.integers(0, 30), label="bytes lost")
        whole = path.read_bytes()
        last = whole.rstrip(b"\n").rfind(b"\n") + 1
        path.write_bytes(whole[: max(last, len(whole) - cut)])  # at most the last line is torn
        lines = path.read_bytes().split(b"\n")[1:-1]
        journalled = {f"name {json.loads(line)['row']}" for line in lines}
    assert sorted(found) == [row.row for row in ROWS]
    assert all(found[n].result == " ok" for n in found)
    assert len(Journal.resume(path, header()).done) == len(ROWS)


def test_a_finished_journal_runs_nothing(tmp_path: Path):
    with Journal.create(tmp_path / "j", header()) as journal:
        run(ROWS, journal)
    effects: list[str] = []
    with Journal.resume(tmp_path / "j", header()) as journal:
        assert len(run(ROWS, journal, effect=effects.append)) == len(ROWS)
    assert effects == []


@pytest.mark.parametrize(
    "change",
    [{"plan": "x"}, {"seed": 1}, {"program": "x"}, {"input": "x"}],
    ids=lambda c: next(iter(c)),
)
def test_a_journal_of_another_run_is_refused(tmp_path: Path, change):
    Journal.create(tmp_path / "j", header()).close()
    with pytest.raises(RunError, match=next(iter(change))) as failed:
        Journal.resume(tmp_path / "j", header(**change))
    assert failed.value.code == "SGL3605"


def test_the_order_is_that_of_the_journal(tmp_path: Path):
    order = [5, 3, 11, *(n for n in range(12) if n not in (5, 3, 11))]
    Journal.create(tmp_path / "j", header(order=order)).close()
    assert Journal.resume(tmp_path / "j", header()).header.order == order


def test_an_existing_journal_is_not_overwritten(tmp_path: Path):
    Journal.create(tmp_path / "j", header()).close()
    with pytest.raises(RunError, match="already"):
        Journal.create(tmp_path / "j", header())


def test_a_broken_line_in_the_middle_is_an_error_with_its_number(tmp_path: Path):
    with Journal.create(tmp_path / "j", header()) as journal:
        run(ROWS, journal)
    lines = (tmp_path / "j").read_bytes().split(b"\n")
    lines[3] = b'{"row": "three"}'
    (tmp_path / "j").write_bytes(b"\n".join(lines))
    with pytest.raises(RunError, match=":4: not a journal record"):
        Journal.resume(tmp_path / "j", header())
