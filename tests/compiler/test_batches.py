"""`sglc run` over rows: what is kept, what is run again, what is refused, and in which formats rows come."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faults import full_after

from sglc.compiler.cli import run
from sglc.compiler.console.progress import Progress
from sglc.compiler.running.hosts import load_hosts
from sglc.runtime.backend import BackendError, GenReply, GenRequest
from sglc.runtime.backends.mock import MockBackend

SOURCE = """\
extern def seen(name: str) -> str

program greet(name: str, times: int = 1) -> str:
    told = seen(name)
    "Say hello to {told} {times} times:"
    answer = gen(max_tokens=8)
    return answer
"""
HOST = """\
import os
import signal

def seen(name):
    with open("seen", "a") as log:
        log.write(name + "\\n")
    if name == os.environ.get("INTERRUPTS"):
        os.kill(os.getpid(), getattr(signal, os.environ.get("SIGNAL", "SIGINT")))
    if name.startswith("bad") and not os.path.exists("mended"):
        raise ValueError("no")
    return name
"""
NAMES = [f"n{i}" for i in range(12)]


class Folder:
    """A folder with a program, its host functions and rows; `run` is the command line in it."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        Path("p.sgl").write_text(SOURCE)
        Path("h.py").write_text(HOST)
        self.rows(NAMES)
        self.err = self.out = ""

    def rows(self, names: list[str]) -> None:
        """Rows with these names."""
        lines = (json.dumps({"name": name}) + "\n" for name in names)
        Path("rows.jsonl").write_text("".join(lines))

    def run(self, *words: str, input: str = "rows.jsonl", output: str | None = "out.jsonl") -> int:
        """Run the rows; the exit code."""
        where = ["--output", output] if output else []
        Path("seen").write_text("")
        given = ["run", "p.sgl", "--input", input, *where, "--model", "estimate"]
        code = run([*given, "--backend", "mock", "--host", "h.py", *words])
        self.out, self.err = self._capsys.readouterr()
        return code

    @property
    def seen(self) -> list[str]:
        """The names of the rows that were run, sorted."""
        return sorted(Path("seen").read_text().split())

    @property
    def results(self) -> list[Any]:
        """What the output holds."""
        return [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]


@pytest.fixture
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Folder:
    """A folder to run in."""
    monkeypatch.chdir(tmp_path)
    return Folder(capsys)


# --- going on -----------------------------------------------------------------------------------


def test_a_finished_run_is_not_asked_again(folder: Folder) -> None:
    assert folder.run() == 0
    first = folder.results
    assert folder.run("--resume") == 0
    assert folder.seen == []
    assert "all 12 rows were done before; they are in `out.jsonl`" in folder.err
    Path("out.jsonl").write_text("mine\n")
    assert folder.run("--resume") == 2
    assert "error[SGL3605]: the run had ended, and `out.jsonl` is not what it wrote" in folder.err
    assert Path("out.jsonl").read_text() == "mine\n"
    assert folder.run() == 0
    assert folder.results == first
    assert folder.seen == sorted(NAMES)


def test_failed_rows_can_be_tried_again(folder: Folder) -> None:
    folder.rows(["a", "bad1", "b", "bad2"])
    assert folder.run() == 1
    assert "`--retry-failed` runs the rows that failed again" in folder.err
    assert folder.run("--resume") == 1
    assert folder.seen == []
    assert folder.run() == 2
    assert "error[SGL3605]: there is a journal" in folder.err
    Path("mended").touch()
    assert folder.run("--retry-failed") == 0
    assert folder.seen == ["bad1", "bad2"]
    assert [each["row"] for each in folder.results if "error" not in each] == [0, 1, 2, 3]
    assert folder.run("--retry-failed") == 0
    assert folder.seen == []


class Flaky(MockBackend):
    """A server that can't be reached for some requests, the first time."""

    failed: set[tuple[int, ...]] = set()

    async def generate(self, request: GenRequest) -> GenReply:
        if request.ids not in self.failed and sum(request.ids) % 3 == 0:
            self.failed.add(request.ids)
            raise BackendError("3105", "no answer", transient="timeout")
        return await super().generate(request)


def test_what_failed_for_a_while_is_asked_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sglc.compiler.running.places.make_backend", lambda options, choice: Flaky(choice.target)
    )
    Flaky.failed.clear()
    assert folder.run() == 1
    failed = [each["row"] for each in folder.results if "error" in each]
    assert failed
    assert folder.run("--resume") == 0
    assert folder.seen == sorted(NAMES[row] for row in failed)
    assert all("result" in each for each in folder.results)


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_ctrl_c_says_what_is_kept_and_the_command_that_goes_on(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    monkeypatch.setenv("INTERRUPTS", "n7")
    monkeypatch.setenv("SIGNAL", number)
    assert folder.run() == 130
    assert "rows are kept in `out.jsonl.journal`" in folder.err
    help = folder.err.splitlines()[-1]
    assert help.startswith("help: `sglc run p.sgl --input rows.jsonl --output out.jsonl ")
    assert help.endswith(" --resume` goes on")
    assert not Path("out.jsonl").exists()
    kept = Path("out.jsonl.journal").read_text().count('"type":"row"')
    assert f"interrupted: {kept} of 12 rows are kept" in folder.err
    monkeypatch.delenv("INTERRUPTS")
    words = help.split("`")[1].split()[1:]
    Path("seen").write_text("")
    assert run(words) == 0
    assert len(folder.seen) == 12 - kept
    assert len(folder.results) == 12


def test_ctrl_c_without_an_output(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERRUPTS", "n7")
    assert folder.run(output=None) == 130
    assert "rows were written; `--output FILE` keeps what is done" in folder.err


CHANGES: dict[str, tuple[Callable[[str], str], bool]] = {
    "a comment": (lambda text: "# a comment\n" + text + "\n# another\n", True),
    "white space": (lambda text: text.replace("answer = gen", "answer  =  gen"), True),
    "a text": (lambda text: text.replace("hello", "hallo"), False),
    "a limit": (lambda text: text.replace("max_tokens=8", "max_tokens=7"), False),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_changed_comment_does_not_make_another_plan(folder: Folder, case: str) -> None:
    folder.rows(["a", "bad"])
    assert folder.run() == 1
    change, is_same = CHANGES[case]
    Path("p.sgl").write_text(change(SOURCE))
    assert folder.run("--resume") == (1 if is_same else 2)
    assert ("its plan differs" in folder.err) is not is_same


def test_resume_needs_a_file(folder: Folder) -> None:
    for output in (None, "-", "/dev/null"):
        assert folder.run("--resume", output=output) == 2
        assert "error[SGL2024]" in folder.err


# --- the disk -----------------------------------------------------------------------------------


def test_nothing_is_kept_beside_a_file_of_functions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "h.py").write_text("def f(): return 1\n")
    assert load_hosts([tmp_path / "h.py"])["f"]() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["h.py"]
    assert not sys.dont_write_bytecode


@pytest.mark.parametrize("size", [0, 150, 300, 500, 700, 900, 1100])
def test_a_full_disk_names_the_file_and_loses_nothing(folder: Folder, size: int) -> None:
    with full_after(size):
        code = folder.run()
    assert code == 2
    assert re_named(folder.err)
    assert folder.run("--resume") == 0
    assert [each["row"] for each in folder.results] == list(range(12))
    assert sorted(os.listdir(".")) == [
        "h.py", "out.jsonl", "out.jsonl.journal", "p.sgl", "rows.jsonl", "seen",
    ]  # fmt: skip


def re_named(text: str) -> bool:
    """Whether a message says which file could not be written."""
    names = ("`out.jsonl.journal`: File too large", "`out.jsonl`: File too large")
    return any(name in text for name in names)


def test_a_trace_that_can_not_be_written_loses_no_row(folder: Folder) -> None:
    assert folder.run("--trace", "/dev/full") == 2
    assert "error[SGL2000]: `/dev/full`: No space left" in folder.err
    assert folder.run("--resume") == 0
    assert folder.seen == []
    assert len(folder.results) == 12


def test_an_output_that_is_no_file_gets_the_rows(folder: Folder, tmp_path: Path) -> None:
    assert folder.run(output="/dev/null") == 0
    assert not Path("/dev/null.journal").exists()
    assert folder.run(output="-") == 0
    assert len(folder.out.splitlines()) == 12
    assert not Path("-.journal").exists()


def test_a_trace_on_stdout_needs_the_results_elsewhere(folder: Folder) -> None:
    assert folder.run("--trace", "-", output=None) == 2
    assert "error[SGL2081]" in folder.err
    assert folder.run("--trace", "-") == 0
    head, *calls = [json.loads(line) for line in folder.out.splitlines()]
    assert head["type"] == "trace"
    texts = {call["prompt_text"] for call in calls if call["type"] == "call"}
    assert "Say hello to n3 1 times:" in texts


def test_a_person_can_read_what_was_asked(folder: Folder) -> None:
    assert folder.run("--show-prompts") == 0
    assert "--- row 3  gen answer at greet.1  " in folder.err
    assert "\nSay hello to n3 1 times:\n--- answer, ended by " in folder.err


# --- formats ------------------------------------------------------------------------------------

BOM = "\ufeff"
TEXTS = {
    "JSON lines": ("r.jsonl", '{"name": "a"}\n\n{"name": "b", "times": 2}\n'),
    "JSON lines with a BOM": ("r.jsonl", BOM + '{"name": "a"}\r\n{"name": "b", "times": 2}'),
    "CSV": ("r.csv", "name,times\na,\nb,2\n"),
    "CSV with a BOM": ("r.csv", BOM + 'name,times\r\n"a",1\r\nb,2\r\n'),
    "CSV with semicolons": ("r.csv", "times;name\n;a\n2;b\n"),
    "TSV": ("r.tsv", "name\ttimes\na\t1\nb\t2\n"),
    "CSV of another name": ("r.txt", "name,times\na,1\n\nb,2\n"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_formats_of_rows(folder: Folder, case: str) -> None:
    name, text = TEXTS[case]
    Path(name).write_bytes(text.encode())
    assert folder.run("--show-prompts", input=name) == 0, folder.err
    assert "Say hello to a 1 times:" in folder.err
    assert "Say hello to b 2 times:" in folder.err
    assert "note:" not in folder.err


def test_parquet(folder: Folder) -> None:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({"name": ["a", "b"], "times": [None, 2]})
    parquet.write_table(table, "r.parquet")
    os.rename("r.parquet", "r.dat")
    assert folder.run("--show-prompts", input="r.dat") == 0
    assert "Say hello to a 1 times:" in folder.err
    assert "Say hello to b 2 times:" in folder.err
    Path("r.parquet").write_bytes(b"PAR1" + b"x" * 100)
    assert folder.run(input="r.parquet", output="o") == 2
    assert "error[SGL3607]: this is no whole Parquet file" in folder.err


def test_stdin_is_read_like_a_file(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    for _, text in TEXTS["CSV with a BOM"], TEXTS["JSON lines"]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert folder.run(input="-") == 0, folder.err
        assert len(folder.results) == 2


NO_ROWS = {
    "a JSON array": ("r.json", b'[{"name": "a"}]', "`jq -c '.[]' r.json` writes them so"),
    "an array over lines": ("r.jsonl", b'[\n{"name": "a"}\n]', "one JSON array"),
    "a compressed file": ("r.jsonl.gz", gzip.compress(b"{}"), "gunzip -c r.jsonl.gz"),
    "a file that xz made": ("r.csv", lzma.compress(b"name\na\n"), "xz -dc r.csv"),
    "a spreadsheet": ("r.xlsx", b"PK\x03\x04\x14\0\x06\0" + b"name\n" * 9, "`r.xlsx` is no text"),
    "UTF-16 without a BOM": ("r.csv", "name\na\n".encode("utf-16-le"), "save it as UTF-8"),
    "UTF-16": ("r.csv", "name\na\n".encode("utf-16"), "save it as UTF-8"),
    "a name twice": ("r.csv", b"name,name\na,b\n", "names `name` twice"),
}


@pytest.mark.parametrize("case", NO_ROWS)
def test_files_that_hold_no_rows(folder: Folder, case: str) -> None:
    name, data, words = NO_ROWS[case]
    Path(name).write_bytes(data)
    assert folder.run(input=name) == 2
    assert "error[SGL3607]" in folder.err
    assert words in folder.err
    assert folder.seen == []


LINES = {
    b'{"name": "\xe9"}': "the line is not UTF-8",
    b'{"name": "\\ud800"}': "half a surrogate pair in a text",
    b"{": "the line is not JSON: Input data was truncated",
    b'{"name": "a", "name": "b"}': "`name` stands twice in one object",
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_no_row_says_why(folder: Folder, line: bytes) -> None:
    Path("r.jsonl").write_bytes(b'{"name": "a"}\n' + line + b"\n")
    assert folder.run(input="r.jsonl") == 1
    assert LINES[line] in folder.err
    assert folder.seen == ["a"]


def test_a_file_that_can_not_be_read_is_named(folder: Folder) -> None:
    assert folder.run(input="/proc/self/mem") == 2
    assert "`/proc/self/mem`: Input/output error" in folder.err


def test_a_name_that_says_another_format_is_said_so(folder: Folder) -> None:
    Path("r.csv").write_text('{"name": "a"}\n')
    assert folder.run(input="r.csv") == 0
    assert "note: `r.csv` holds JSON lines, and is read so" in folder.err


def test_bad_rows_of_csv_stand_alone(folder: Folder) -> None:
    Path("r.csv").write_bytes(b"name,times\na,1\nb\nc,x\nd,1,2\n\xff,1\ne,3\n")
    assert folder.run(input="r.csv") == 1
    errors = {each["row"]: each["error"]["code"] for each in folder.results if "error" in each}
    assert errors == {1: "SGL3601", 2: "SGL3604", 3: "SGL3601", 4: "SGL3601"}
    assert folder.seen == ["a", "e"]


def test_rows_that_change_while_they_are_run(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sglc.compiler.running.execution.WINDOW", 4)
    monkeypatch.setattr("sglc.runtime.batch.reading.CHECKED", 4)
    text = HOST.replace("    return", "    open('rows.jsonl', 'a').write('{}\\n')\n    return")
    Path("h.py").write_text(text)
    folder.rows([f"n{i}" for i in range(400)])
    assert folder.run() == 2
    assert "error[SGL3607]: `rows.jsonl` changed while its rows were run" in folder.err


def test_many_windows_have_one_result(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folder.run() == 0
    whole = folder.results
    monkeypatch.setattr("sglc.compiler.running.execution.WINDOW", 5)
    assert folder.run(output="parts.jsonl") == 0
    assert "skipped the prediction: 12 rows are ordered in parts of 5" in folder.err
    parts = [json.loads(line) for line in Path("parts.jsonl").read_text().splitlines()]
    assert parts == whole
    assert folder.run(output="-") == 0
    assert [json.loads(line) for line in folder.out.splitlines()] == whole


# --- processes ----------------------------------------------------------------------------------


SLOW = HOST.replace("    return", "    import time; time.sleep(0.02)\n    return")
STUCK = HOST.replace("    return", "    import time; time.sleep(600 * (name == 'n50'))\n    return")


def forked(*words: str) -> int:
    """The command line in a copy of this process, which starts at once; its number."""
    process = os.fork()
    if process == 0:
        code = 101
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            given = (
                "run p.sgl --input rows.jsonl --output out.jsonl --model estimate --backend mock"
            )
            code = run([*given.split(), "--host", "h.py", *words])
        finally:
            os._exit(code)
    return process


def is_over(process: int) -> bool:
    """Whether a copy has ended by itself."""
    return os.waitpid(process, os.WNOHANG) != (0, 0)


def test_a_second_process_is_refused_and_a_killed_one_is_not_in_the_way(folder: Folder) -> None:
    Path("h.py").write_text(STUCK)
    folder.rows([f"n{i}" for i in range(300)])
    first = forked()
    while len(settled()) < 10:
        time.sleep(0.01)
    assert folder.run("--resume") == 2
    assert "error[SGL3608]: another process is working with `out.jsonl.journal`" in folder.err
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    Path("h.py").write_text(HOST)
    assert folder.run("--resume") == 0
    assert [each["row"] for each in folder.results] == list(range(300))


@pytest.mark.parametrize("kills", [8, pytest.param(48, marks=pytest.mark.slow)])
def test_killed_again_and_again_no_row_is_lost_or_run_twice(folder: Folder, kills: int) -> None:
    """Processes are killed at random moments: before they begin, between rows, while the output is written."""
    Path("h.py").write_text(SLOW)
    rows = 40 * kills
    folder.rows([f"n{i}" for i in range(rows)])
    rng, done = random.Random(kills), set[int]()
    for number in range(kills):
        Path("seen").write_text("")
        process = forked("--resume") if number else forked()
        wanted = len(done) + rng.randrange(60)
        while not (ended := is_over(process)) and rows_written() < wanted:
            time.sleep(0.005)
        if ended:
            break
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        assert not {int(name[1:]) for name in folder.seen} & done, "a row of the journal ran again"
        again = settled()
        assert done <= again
        done = again
    Path("h.py").write_text(HOST)
    assert folder.run("--resume") == 0
    assert [each["row"] for each in folder.results] == list(range(rows))


def rows_written() -> int:
    """About how many rows stand in the journal."""
    journal = Path("out.jsonl.journal")
    return journal.read_bytes().count(b'"type":"row"') if journal.exists() else 0


def settled() -> set[int]:
    """The rows that stand in the journal, each once."""
    journal = Path("out.jsonl.journal")
    lines = journal.read_bytes().split(b"\n")[1:-1] if journal.exists() else []
    rows = [json.loads(line)["row"] for line in lines if b'"type":"row"' in line]
    assert len(rows) == len(set(rows))
    return set(rows)


def test_progress_without_a_terminal_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr("sglc.compiler.console.progress.time.monotonic", lambda: now)
    with Progress(1000, "greet", done=200) as progress:
        for n in range(600):
            now = n / 5
            progress.row_done(failed=n % 100 == 0)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "greet: 276 of 1,000 rows, 1 failed, 5.07 rows/s, about 2 min left; "
        "prefilled 0, cached 0, generated 0 tokens",
        "greet: 576 of 1,000 rows, 4 failed, 5.01 rows/s, about 85 s left; "
        "prefilled 0, cached 0, generated 0 tokens",
    ]
