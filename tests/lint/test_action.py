"""The composite action: its steps, executed as GitHub would."""

import os
import re
import subprocess
import sys
from pathlib import Path

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


def test_the_hook_runs_the_command() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert re.search(r"^  entry: sglc lint$", hooks, re.M)
