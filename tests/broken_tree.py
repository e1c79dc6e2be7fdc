"""A copy of the tree in which one file is changed, and what tests say there.

Tests run in a fork of this process, which has the large libraries already: loading them takes longer than most tests.
"""

from __future__ import annotations

import importlib
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NoReturn

import pytest
from mutants import ROOT

LIMIT_S = 300
"""Seconds of a processor for some tests: with more they hang. One that waits is ended by pytest-timeout."""
WAITS_S = 150
LARGE = (
    "torch",
    "transformers",
    "xgrammar",
    "hypothesis",
    "jinja2",
    "lark",
    "tokenizers",
    "fastapi",
    "httpx",
)
QUIETLY = ("-q", "-p", "no:cacheprovider", "--no-header")
Outcome = Literal["passed", "failed", "not imported", "hung"]
OUTCOMES: dict[int, Outcome] = {0: "passed", 1: "failed", 2: "not imported"}
"""By what pytest ends with; with all else no test was run."""


@contextmanager
def a_copy() -> Iterator[Path]:
    """A copy of the tree, which goes away."""
    with tempfile.TemporaryDirectory() as folder:
        ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", "node_modules", "build")
        tree = Path(shutil.copytree(ROOT, Path(folder) / "tree", symlinks=True, ignore=ignored))
        (tree / ".venv").symlink_to(ROOT / ".venv")
        yield tree


@contextmanager
def changed(file: Path, text: str) -> Iterator[None]:
    """Another text in a file, for a while."""
    before = file.read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(before, encoding="utf-8")


def load_large() -> None:
    """Load what the tests of all forks need. Nothing compiled is kept: two changes may have one size and one second."""
    os.environ["PYTHONDONTWRITEBYTECODE"], sys.dont_write_bytecode = "1", True
    for name in LARGE:
        importlib.import_module(name)


def outcome(tree: Path, tests: Sequence[str]) -> Outcome:
    """What comes of tests in a copy of the tree. Raises RuntimeError where none is run."""
    (tree / "tests.txt").write_text("\n".join(tests), encoding="utf-8")
    child = os.fork()
    if not child:
        _run_and_exit(tree)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):  # it had its seconds
        return "hung"
    code, said = os.WEXITSTATUS(status), (tree / "said.txt").read_text(encoding="utf-8")
    if code not in OUTCOMES:
        raise RuntimeError(f"pytest ended with {code}:\n{said[-2000:]}")
    return "hung" if f"Timeout (>{WAITS_S}" in said else OUTCOMES[code]


def _run_and_exit(tree: Path) -> NoReturn:
    """In a child: run the tests of a copy of the tree, as if it had just begun there."""
    code = 3
    try:
        os.chdir(tree)
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, resource.RLIM_INFINITY))
        said = os.open("said.txt", os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
        os.dup2(said, 1)
        os.dup2(said, 2)
        code = int(pytest.main([*QUIETLY, "-x", "-o", f"timeout={WAITS_S}", "@tests.txt"]))
    finally:
        os._exit(code)
