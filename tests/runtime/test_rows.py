"""Batch runs: bad rows stand alone, whatever is wrong with them."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import msgspec
from plan_writer import TARGET, PlanWriter, Script

from sglc.runtime.batch.reading import read_rows
from sglc.runtime.batch.rows import Row, RowResult, rows_of
from sglc.runtime.batch.run import Window, run_rows
from sglc.runtime.executor.executor import Executor
from sglc.runtime.plan.errors import RunError
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


def run(rows: list[Row], at_a_time: int = 4, **script) -> dict[int, RowResult]:
    found: dict[int, RowResult] = {}
    hosts = {"effect": script.pop("effect", lambda x: None)}

    async def main() -> None:
        with Executor(PLAN, backend=Script(**script), target=TARGET, hosts=hosts) as executor:
            await run_rows(
                executor,
                "main",
                [Window(rows)],
                at_a_time=at_a_time,
                on_row=lambda result: found.__setitem__(result.row, result),
            )

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


# --- files that are damaged -----------------------------------------------------------------------

BASES = {
    "r.jsonl": b'{"name": "a", "times": 1}\n{"name": "b", "times": 2}\n',
    "r.csv": b'name,times\na,1\n"b ""x"", y",2\n',
    "r.tsv": b"name\ttimes\na\t1\n",
    "r.txt": b"name,times\na,1\n",
}
PIECES = [
    b'"',
    b"\n",
    b"\r",
    b",",
    b"{",
    b"}",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b";",
    b"[",
    b"\\ud800",
    b"1e999",
]
PIECES += [b"\xed\xa0\x80", b"\x1f\x8b", b"PAR1", b"null", b"\t"]


def parquet_file(folder: Path) -> bytes:
    """A small table."""
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({"name": ["a", "b"], "times": [1, 2]})
    parquet.write_table(table, str(folder / "table"))
    return (folder / "table").read_bytes()


def damaged(data: bytes, rng: random.Random) -> bytes:
    """A file in which something was changed, put in, taken out or cut off."""
    found = bytearray(data)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(found) + 1)
        match rng.randrange(4):
            case 0 if found:
                found[at % len(found)] = rng.randrange(256)
            case 1:
                found[at:at] = rng.choice(PIECES)
            case 2:
                del found[at : at + rng.randrange(4)]
            case _:
                del found[at:]
    return bytes(found)


def test_a_damaged_file_is_rows_or_a_reason(tmp_path: Path):
    rng = random.Random(3)
    bases = {**BASES, "r.parquet": parquet_file(tmp_path)}
    found = Counter[str]()
    for _ in range(1000):
        name, data = rng.choice(list(bases.items()))
        (tmp_path / name).write_bytes(damaged(data, rng))
        try:
            rows = read_rows(tmp_path / name, PROGRAM)
        except RunError as error:
            found[error.code] += 1
            continue
        assert [row.row for row in rows] == list(range(len(rows)))
        assert msgspec.json.decode(msgspec.json.encode(rows)) is not None
        found["rows"] += 1
    assert set(found) == {"SGL3607", "rows"}
    assert min(found.values()) > 100
