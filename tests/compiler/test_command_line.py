"""The command line: bad input gets a code and the right exit code, and never a traceback; torch is never needed."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from example_programs import EXAMPLES, ROOT

from sglc.compiler.cli import run

HIDE_TORCH = """\
import importlib.abc, sys
class Hidden(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in {"torch", "transformers", "triton", "xgrammar"}:
            raise ImportError(f"{name} is hidden")
sys.meta_path.insert(0, Hidden())
"""
PROGRAM = """\
program greet(name: str, times: int = 1) -> str:
    "Say hello to {name} {times} times:"
    answer = gen(max_tokens=8)
    return answer
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A small program in a folder of its own."""
    file = tmp_path / "greet.sgl"
    file.write_text(PROGRAM, encoding="utf-8")
    return file


Done = subprocess.CompletedProcess[str]
Command = Callable[..., Done]


@pytest.fixture
def sglc(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line in this process, from a folder."""
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*words: object, cwd: Path) -> Done:
        monkeypatch.chdir(cwd)
        capfd.readouterr()
        code = run([str(word) for word in words])
        return subprocess.CompletedProcess([], code, *capfd.readouterr())

    return call


@pytest.fixture
def plan(program: Path, sglc: Command) -> Path:
    """The plan file of the small program."""
    plan = program.with_name("greet.plan.json")
    done = sglc("build", program, "--model", "estimate", "-o", plan, cwd=program.parent)
    assert done.returncode == 0, done.stderr
    return plan


def without_torch(code: str, *words: object, cwd: Path) -> Done:
    """Run Python in a process in which torch can't be imported."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-c", HIDE_TORCH + code, *map(str, words)],
        cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def refused(done: Done, exit_code: int, code: str) -> None:
    """Check a failure: its exit code and its message's code, and that no traceback is shown."""
    assert done.returncode == exit_code, done.stderr
    assert f"error[{code}]" in done.stderr
    assert "Traceback" not in done.stderr


MOCK = ("--model", "estimate", "--backend", "mock")
BAD_SOURCES = {
    "unknown name": ("{name}", "{nme}"),
    "unterminated string": ('times:"', "times:"),
    "a type that does not fit": ("return answer", "return 3"),
}


@pytest.mark.parametrize("case", BAD_SOURCES)
def test_bad_source(case: str, program: Path, sglc: Command) -> None:
    old, new = BAD_SOURCES[case]
    program.write_text(PROGRAM.replace(old, new), encoding="utf-8")
    done = sglc("build", program, "--model", "estimate", cwd=program.parent)
    assert done.returncode == 1
    assert "error[SGL0" in done.stderr
    assert "greet.sgl:" in done.stderr
    assert "help:" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_missing_parameter(program: Path, sglc: Command) -> None:
    refused(sglc("run", program, "times=2", *MOCK, cwd=program.parent), 2, "SGL3602")


def test_argument_that_is_not_json(program: Path, sglc: Command) -> None:
    done = sglc("run", program, "name=Ada", "times=two", *MOCK, cwd=program.parent)
    refused(done, 1, "SGL2023")


def test_malformed_row_in_the_middle(program: Path, sglc: Command) -> None:
    rows = program.with_name("rows.jsonl")
    rows.write_text('{"name": "Ada"}\n{"name": \n{"name": "Bob", "times": 2}\n', encoding="utf-8")
    done = sglc("run", program, "--input", rows, *MOCK, cwd=program.parent)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [row["row"] for row in found] == [0, 1, 2]
    assert found[1]["error"]["code"] == "SGL3601"
    assert found[1]["error"]["line"] == 2
    assert isinstance(found[0]["result"], str)
    assert isinstance(found[2]["result"], str)
    assert "Traceback" not in done.stderr


def test_folder_that_is_no_model(program: Path, sglc: Command) -> None:
    folder = program.with_name("model")
    folder.mkdir()
    refused(sglc("build", program, "--model", folder, cwd=program.parent), 2, "SGL3402")


def test_a_configuration_that_is_no_json(program: Path, sglc: Command) -> None:
    folder = program.with_name("model")
    folder.mkdir()
    (folder / "tokenizer.json").write_text("{}")
    (folder / "config.json").write_text("{")
    for command in ("build", "explain", "run"):
        done = sglc(command, program, "--model", folder, cwd=program.parent)
        refused(done, 2, "SGL3402")
        assert "config.json` is not JSON" in done.stderr


def test_plan_cut_in_half(program: Path, sglc: Command, plan: Path) -> None:
    plan.write_bytes(plan.read_bytes()[: plan.stat().st_size // 2])
    refused(sglc("run", plan, "name=Ada", *MOCK, cwd=program.parent), 1, "SGL3001")


def test_plan_for_another_tokenizer(program: Path, sglc: Command, plan: Path) -> None:
    found = json.loads(plan.read_text(encoding="utf-8"))
    found["target"]["tokenizer"] = "0123456789abcdef"
    plan.write_text(json.dumps(found), encoding="utf-8")
    done = sglc("run", plan, "name=Ada", *MOCK, cwd=program.parent)
    refused(done, 1, "SGL3003")
    assert "sglc build" in done.stderr


def test_missing_file(tmp_path: Path, sglc: Command) -> None:
    refused(sglc("build", tmp_path / "no.sgl", cwd=tmp_path), 2, "SGL2000")


def test_file_of_no_known_stage(tmp_path: Path, sglc: Command) -> None:
    (tmp_path / "x.txt").write_text("x")
    refused(sglc("build", tmp_path / "x.txt", cwd=tmp_path), 1, "SGL2011")


def test_unknown_command(tmp_path: Path, sglc: Command) -> None:
    done = sglc("bild", cwd=tmp_path)
    refused(done, 2, "SGL2026")
    assert "`build`" in done.stderr


def test_plan_runs_in_place_of_its_source(program: Path, sglc: Command, plan: Path) -> None:
    direct = sglc("run", program, "name=Ada", *MOCK, cwd=program.parent)
    planned = sglc("run", plan, "name=Ada", *MOCK, cwd=program.parent)
    assert direct.returncode == planned.returncode == 0
    assert direct.stdout == planned.stdout


def test_resume_after_an_interruption(program: Path, sglc: Command) -> None:
    """A journal that holds one row: that row is not run again."""
    folder = program.parent
    rows, out = folder / "rows.jsonl", folder / "out.jsonl"
    rows.write_text('{"name": "Ada"}\n{"name": "Bob"}\n{"name": 3}\n', encoding="utf-8")
    words = ("run", program, "--input", rows, "--output", out, *MOCK)
    assert sglc(*words, cwd=folder).returncode == 1
    journal = folder / "out.jsonl.journal"
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    marked = json.loads(next(line for line in lines[2:] if '"row":0' in line))
    marked["result"] = "from the journal"
    torn = '{"type": "row", "row": 1, "res'
    journal.write_text("".join(lines[:2]) + json.dumps(marked) + "\n" + torn, encoding="utf-8")
    refused(sglc(*words, cwd=folder), 2, "SGL3605")
    assert sglc(*words, "--resume", cwd=folder).returncode == 1
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["row"] for row in found] == [0, 1, 2]
    assert [row.get("result") for row in found].count("from the journal") == 1


def test_a_batch_says_what_its_order_was_predicted_to_save(tmp_path: Path, sglc: Command) -> None:
    rows = EXAMPLES / "data" / "products.jsonl"
    done = sglc("run", EXAMPLES / "catalogue.sgl", "--input", rows, *MOCK, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    prefilled = re.search(r"prefilled ([\d,]+)", done.stderr)
    predicted = re.search(r"saves ([\d,]+) tokens of ([\d,]+) to prefill", done.stderr)
    assert prefilled
    assert predicted
    saved, before, after = (
        int(text.replace(",", "")) for text in (*predicted.groups(), prefilled[1])
    )
    assert before - saved == after

    words = ("explain", EXAMPLES / "catalogue.sgl", "--input", rows, "--model", "estimate")
    told = sglc(*words, cwd=tmp_path).stdout
    assert "Order of the batch: prefilled tokens, predicted for 60 rows" in told
    assert f"keeps everything   {before:,}" in told
    assert f"compiled            {after:,}" in told
    assert '* "Brand: "' in told


def test_a_single_run_says_nothing_of_a_batch(tmp_path: Path, sglc: Command) -> None:
    done = sglc("run", EXAMPLES / "catalogue.sgl", "name=Kettle", *MOCK, cwd=tmp_path)
    assert done.returncode == 0
    assert "predicted" not in done.stderr


def test_host_functions_come_from_a_file(tmp_path: Path, sglc: Command) -> None:
    done = sglc(
        "run", EXAMPLES / "agent.sgl", "tools=t", "task=Paris?", "--host", EXAMPLES / "tools.py", *MOCK,
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    broken = tmp_path / "broken.py"
    broken.write_text("def f(:\n")
    refused(
        sglc(
            "run",
            EXAMPLES / "agent.sgl",
            "tools=t",
            "task=x",
            "--host",
            broken,
            *MOCK,
            cwd=tmp_path,
        ),
        1,
        "SGL2040",
    )


def test_help_is_quick(tmp_path: Path) -> None:
    code = "from sglc.compiler.cli import main; main()"
    without_torch(code, "--help", cwd=tmp_path)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = without_torch(code, "--help", cwd=tmp_path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert "explain" in done.stdout
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.5  # 0.2 s alone


def test_no_command_on_a_mock_needs_torch(program: Path) -> None:
    lines: list[list[object]] = [
        [command, EXAMPLES / f"{name}.sgl", "--model", "estimate", *more]
        for name in ("triage", "judge", "agent", "vote", "ask", "solve")
        for command, *more in (("explain",), ("build", "--emit", "none"))
    ]
    lines += [["build", program, "-o", "greet.plan.json", "--model", "estimate"]]
    lines += [["run", file, "name=Ada", *MOCK] for file in (program, "greet.plan.json")]
    lines += [["run", program, "name=Ada", "times=two", *MOCK]]
    code = "import json\nfrom sglc.compiler.cli import run\n"
    code += "print([run(json.loads(line)) for line in sys.argv[1:]])"
    asked = [json.dumps([str(word) for word in line]) for line in lines]
    done = without_torch(code, *asked, cwd=program.parent)
    assert done.stdout.splitlines()[-1:] == [str([0] * (len(lines) - 1) + [1])], done.stderr


def test_import_needs_no_torch(tmp_path: Path) -> None:
    rooms = "sglc, sglc.runtime.plan.schema, sglc.compiler.driver.compilation, sglc.compiler.explain.make"
    done = without_torch(f"import {rooms}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_prompt_longer_than_the_context(program: Path) -> None:
    """A row whose prompt can't fit is an error of that row alone."""
    from sglc.compiler.driver.compilation import compile_file
    from sglc.compiler.running.execution import Job, execute_job
    from sglc.runtime.backends.mock import MockBackend
    from sglc.runtime.batch.rows import rows_of

    made = compile_file(program, model="estimate")
    rows = rows_of(
        [{"name": "Ada"}, {"name": "Ada " * 500}, {"name": "Bob"}], made.plan.programs[0]
    )
    job = Job(plan=made.plan, choice=made.choice, program="greet", rows=rows)
    outcome = execute_job(job, MockBackend(made.choice.target, max_context=64))
    assert [r.error.code if r.error else None for r in outcome.results] == [None, "SGL3101", None]


def test_every_code_of_the_compiler_has_a_page() -> None:
    import re

    from sglc.compiler.console.rules import codes

    sources = (ROOT / "compiler").rglob("*.py")
    used = {
        code for file in sources for code in re.findall(r"\bSGL2\d{3}\b", file.read_text("utf-8"))
    }
    assert used <= set(codes())
