"""The composite action: its steps, executed as GitHub would."""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """import time
import litellm


def ask(q):
    s = f"{time.time()} " + "Rule. " * 200
    messages = [{"role": "system", "content": s}, {"role": "user", "content": q}]
    return litellm.completion(model="gpt-5.1", messages=messages)
"""


def script() -> str:
    text = (ROOT / "action.yml").read_text()
    body = text.partition("id: lint")[2].partition("run: |\n")[2]
    return "\n".join(line.removeprefix("        ") for line in body.split("\n"))


def test_the_lint_step(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(PROGRAM)
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "sglc"
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT / "src"}" exec "{sys.executable}" -m sglc "$@"\n'
    )
    command.chmod(0o755)
    env = {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "LINT_PATHS": "a.py",
        "LINT_AGAINST": "",
        "LINT_ARGS": "--preview",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    done = subprocess.run(
        ["bash", "-e", "-c", script()],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=a.py,line=6")
    assert "| **error** PFX101 | `a.py:6` |" in (tmp_path / "summary.md").read_text()
    assert '"ruleId": "PFX101"' in (tmp_path / "sglc.sarif").read_text()
    assert "sarif=" in (tmp_path / "output").read_text()


def steps() -> dict[str, str]:
    """The commands of the action's steps by their names."""
    found: dict[str, str] = {}
    for step in (ROOT / "action.yml").read_text().split("    - name: ")[1:]:
        command = step.partition("      run: ")[2]
        lines = command.removeprefix("|\n").split("\n")
        found[step.partition("\n")[0]] = "\n".join(line.removeprefix("        ") for line in lines)
    return found


@pytest.mark.slow
def test_all_steps_with_what_they_install(tmp_path: Path) -> None:
    """`pip install` of the checkout into a fresh environment, then the linter that came with it."""
    (tmp_path / "a.py").write_text(PROGRAM)
    home = tmp_path / "env"
    venv.create(home, with_pip=True, symlinks=True)
    values = {"${{ inputs.version }}": str(ROOT), "${{ inputs.paths }}": "a.py"}
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    env |= {
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        "LINT_PATHS": "a.py",
        "LINT_AGAINST": "",
        "LINT_ARGS": "",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    ends: list[int] = []
    for command in steps().values():
        for name, value in values.items():
            command = command.replace(name, value)
        done = subprocess.run(["bash", "-e", "-c", command], cwd=tmp_path, env=env, check=False)
        ends.append(done.returncode)
    assert ends == [0, 1]
    assert (home / "bin" / "sglc").exists()
    assert "PFX101" in (tmp_path / "summary.md").read_text()


def test_the_hook_runs_the_command() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert re.search(r"^  entry: sglc lint$", hooks, re.M)
