"""The kit for a GPU, as far as a machine without one can run it: its stages with tiny shapes, its table, its limits."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from benchmarks.gpu.table import table
from benchmarks.gpu.trim import trim

pytest.importorskip("triton")

ROOT = Path(__file__).parent.parent
KIT = ROOT / "benchmarks" / "gpu"


def run_kit(out: Path, *stages: str) -> subprocess.CompletedProcess[str]:
    given = os.environ | {"PYTHONPATH": str(ROOT / "src"), "TRITON_INTERPRET": "1"}
    command = [sys.executable, "-m", "benchmarks.gpu", *stages, "--out", str(out), "--tiny"]
    return subprocess.run(
        command, env=given, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def test_stages_write_what_they_measure_as_it_comes(tmp_path: Path) -> None:
    done = run_kit(tmp_path, "environment", "card", "table")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert [line["what"] for line in lines] == [
        "environment",
        "a kernel of two lines",
        "floors",
        "load",
        "captures",
    ]
    assert lines[1]["right"] is True
    assert lines[4]["sizes"] == 2
    assert "| copy_gb_s | product_tflop_s |" in (tmp_path / "table.md").read_text()


def test_a_stage_that_fails_is_written_down_and_the_next_one_runs(tmp_path: Path) -> None:
    (tmp_path / "table.md").mkdir()  # nothing can be written there
    done = run_kit(tmp_path, "table", "environment")
    assert done.returncode == 1
    lines = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert [line["what"] for line in lines] == ["failed", "environment", "a kernel of two lines"]


def test_rates_stand_beside_the_floors_of_their_run(tmp_path: Path) -> None:
    lines = [
        {"stage": "card", "what": "floors", "copy_gb_s": 3000.0, "product_tflop_s": 800.0},
        {"stage": "decode", "what": "decode", "rows": 16, "graph_gb_s": 2700.0},
        {"stage": "decode", "what": "decode", "rows": 256, "skipped": "no room"},
        {"stage": "serving", "what": "prefill", "chunk": 512, "tflop_s": 400.0},
    ]
    (tmp_path / "results.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    text = table(tmp_path)
    assert "| 16 | 2700 | 90% |  |" in text
    assert "| 256 |  |  | no room |" in text
    assert "| 512 | 400 | 50% |" in text


def test_the_stages_limits_leave_time_to_run_them_twice() -> None:
    """Fifteen minutes in all, and a start takes some: eight at most for one run of everything."""
    script = (KIT / "run.sh").read_text()
    limits = {n: int(s) for n, s in re.findall(r"(?:measure|stage) (\w+) (\d+)", script)}
    flashinfer = limits.pop("flashinfer")
    assert sum(limits.values()) <= 500
    assert flashinfer <= 300


def test_the_tests_of_a_card_need_no_plugin_of_pytest() -> None:
    """The machine has pytest alone: what plugins read of our settings is unknown there."""
    found = re.search(r"-m (pytest .*?) ;;", (KIT / "run.sh").read_text())
    assert found
    given = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    given |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": f"{ROOT}/src:{ROOT}/tests"}
    command = [sys.executable, "-m", *found[1].split(), "--collect-only"]
    done = subprocess.run(
        command, env=given, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("::test_") > 30


@pytest.mark.parametrize("script", ["run.sh", "wheels.sh"])
def test_the_scripts_are_well_formed(script: str) -> None:
    subprocess.run(["bash", "-n", KIT / script], check=True)


def test_a_trimmed_wheel_lists_what_it_holds(tmp_path: Path) -> None:
    wheel = tmp_path / "some-1-py3-none-any.whl"
    files = {
        "flashinfer/prefill.py": "x" * 300_000,
        "flashinfer/data/csrc/batch_prefill.cu": "x",
        "flashinfer/data/csrc/large.cu": "x" * 300_000,
        "flashinfer/data/csrc/fused_moe/any.cu": "x",
        "flashinfer/experimental/support.py": "x",
        "flashinfer/experimental/any.cu": "x",
    }
    record = "some-1.dist-info/RECORD"
    with zipfile.ZipFile(wheel, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
        made.writestr(record, "".join(f"{name},,\n" for name in (*files, record)))
    trim(wheel)
    kept = [
        "flashinfer/prefill.py",
        "flashinfer/data/csrc/batch_prefill.cu",
        "flashinfer/experimental/support.py",
    ]
    with zipfile.ZipFile(wheel) as found:
        assert found.namelist() == [*kept, record]
        assert found.read(record).decode().split() == [f"{name},," for name in (*kept, record)]
