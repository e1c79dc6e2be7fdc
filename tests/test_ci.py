"""What `.ci/run` does, with a `make` that only says what it is asked for."""

import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parent.parent / ".ci" / "run"
BOTH = ("chromium", "chromedriver")


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """The only folder of commands: `make`, and what the script itself calls. Packages can't be installed."""
    put(tmp_path, "make", 'echo "make: $*"; [ "$1" != "$FAILS" ]')
    put(tmp_path, "id", "echo 0")
    put(tmp_path, "apt-get", "exit 1")
    (tmp_path / "dirname").symlink_to(shutil.which("dirname") or "")
    return tmp_path


def put(folder: Path, name: str, does: str) -> None:
    (folder / name).write_text(f"#!/bin/bash\n{does}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def run(tools: Path, **settings: str) -> tuple[int, list[str], str]:
    """What it ends with, what it asked `make` for, and all that it said."""
    env = {"PATH": str(tools), **settings}
    done = subprocess.run(
        [shutil.which("bash") or "", RUN], env=env, capture_output=True, text=True, check=False
    )
    asked = [
        line.removeprefix("make: ").split()[0]
        for line in done.stdout.splitlines()
        if line.startswith("make: ")
    ]
    return done.returncode, asked, done.stdout


def test_in_a_hurry_it_ends_with_the_tests(tools: Path) -> None:
    assert run(tools, QUICK="1")[:2] == (0, ["setup", "check", "test"])


def test_a_commit_must_pass_all_that_can_be_run_here(tools: Path) -> None:
    for name in BOTH:
        put(tools, name, "exit 0")
    code, asked, said = run(tools, SEED="7")
    assert code == 0
    assert asked == ["setup", "check", "test", "test-data", "test-slow", "validate", "test-browser"]
    assert "COUNT=2000 FIRST=7000000" in said
    assert "NOT RUN" not in said


@pytest.mark.parametrize("there", [(), BOTH[:1], BOTH[1:]])
def test_without_a_browser_and_its_driver_it_says_what_is_not_judged(
    tools: Path, there: tuple[str, ...]
) -> None:
    for name in there:
        put(tools, name, "exit 0")
    code, asked, said = run(tools)
    assert code == 0
    assert "test-browser" not in asked
    assert "NOT RUN, and not judged by this run: make test-browser" in said


@pytest.mark.parametrize("fails", ["check", "test", "test-slow", "validate"])
def test_it_ends_with_what_fails(tools: Path, fails: str) -> None:
    code, asked, _ = run(tools, FAILS=fails)
    assert code != 0
    assert asked[-1] == fails


def test_data_that_cannot_be_had_is_said(tools: Path) -> None:
    code, asked, said = run(tools, FAILS="test-data")
    assert code == 0
    assert asked[-1] == "validate"
    assert "NOT RUN, and not judged by this run: make test-data" in said
