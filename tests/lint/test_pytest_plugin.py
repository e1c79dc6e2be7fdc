"""The plugin gives the fixture, and its failures show the bytes."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import time

RULES = "Rule. " * 40


def steady(history):
    return [{"role": "system", "content": RULES}, *history]


def clocked(history):
    return [{"role": "system", "content": f"{time.time()} {RULES}"}, *history]


def test_steady(assert_prefix_stable):
    assert_prefix_stable(steady)


def test_clocked(assert_prefix_stable):
    assert_prefix_stable(clocked, ["another day"])
"""


def test_a_project_with_the_plugin(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["sglc.compiler.lint.pytest_plugin"]\n')
    (tmp_path / "test_it.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert "1 failed, 1 passed" in done.stdout
    assert "the prefix changes (another day): first difference at byte" in done.stdout
