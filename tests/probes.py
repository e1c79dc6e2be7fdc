"""Which tests reach which mutants, and how long each takes: what `mutate.py` chooses tests by.

In a copy of the tree a probe stands in front of each statement that a mutant changes. As a plugin of pytest this notes
what probes a test runs into, file of tests by file, so that a run that was stopped goes on. Tests that fail with
probes, or without, judge nothing and are said.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mutants import ROOT, Mutant, changeable

TO = "SGLC_PROBES"
"""Where the plugin writes to: an environment variable. It does nothing without."""
UNTIL = "SGLC_PROBES_UNTIL"
"""When the plugin ends the run, at the end of a file of tests: seconds of `time.time()`."""
CUT_SHORT = 10
"""What pytest ends with then."""
HIT = "sglc_probe"
FIRST_LINES = f"{HIT} = getattr(__import__('builtins'), '{HIT}', id)"
"""In a process that no test watches a probe does nothing."""


def probed(source: str, numbers: dict[int, int]) -> str:
    """A file with a probe in front of each statement in which something is changed.

    `numbers`: of what can be changed in the file, by its place, what its probe says.
    """
    tree = ast.parse(source)
    nodes = changeable(tree)
    _Probes({id(nodes[place]): number for place, number in numbers.items()}).visit(tree)
    at = sum(_stands_first(each) for each in tree.body)
    tree.body[at:at] = ast.parse(FIRST_LINES).body
    return ast.unparse(ast.fix_missing_locations(tree))


def _stands_first(node: ast.stmt) -> bool:
    is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return is_future or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


class _Probes(ast.NodeTransformer):
    def __init__(self, numbers: dict[int, int]) -> None:
        self._numbers = numbers

    def visit(self, node: ast.AST) -> Any:
        """A statement, behind the probes of what is changed in it."""
        node = self.generic_visit(node)
        if not isinstance(node, ast.stmt):
            return node
        inside = (self._numbers.get(id(each)) for each in _without_blocks(node))
        hits = [number for number in inside if number is not None]
        return [*(ast.parse(f"{HIT}({number})").body[0] for number in hits), node]


def _without_blocks(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt):
            yield from _without_blocks(child)


@dataclass
class Case:
    """A test that was run: what it took, the numbers of the probes that it ran into, and whether it passed.

    `seconds`: of processors, its children's, too, so that a busy machine does not decide. `waited`: seconds of a clock.
    """

    seconds: float = 0.0
    hits: list[int] = field(default_factory=list)
    passed: bool = True
    waited: float = 0.0


class Notes:
    """The plugin: it notes what each test runs into, and writes it at the end of each file."""

    def __init__(self, to: Path, until: float) -> None:
        self._to, self._until = to, until
        self._cases: dict[str, dict[str, Case]] = defaultdict(dict)
        self._hit: set[int] = set()
        setattr(builtins, HIT, self._hit.add)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Iterator[None]:
        """A test, with what is set up for it."""
        name, file = item.nodeid, item.nodeid.partition("::")[0]
        case = self._cases[file].setdefault(name, Case())
        self._hit.clear()
        began, seconds = time.monotonic(), _seconds()
        result = yield
        case.seconds, case.hits = _seconds() - seconds, sorted(self._hit)
        case.waited = time.monotonic() - began
        if nextitem is None or nextitem.nodeid.partition("::")[0] != file:
            self._write(file)
            if time.time() > self._until:
                pytest.exit("the time is over", returncode=CUT_SHORT)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that fails, or is skipped, judges nothing."""
        if not report.passed:
            self._cases[report.nodeid.partition("::")[0]][report.nodeid].passed = False

    def _write(self, file: str) -> None:
        cases = {
            name: [round(case.seconds, 3), case.hits, case.passed, round(case.waited, 3)]
            for name, case in self._cases.pop(file).items()
        }
        with self._to.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"file": file, "state": state(file), "cases": cases}) + "\n")


def _seconds() -> float:
    return sum(os.times()[:4])


def pytest_configure(config: pytest.Config) -> None:
    """Take notes where it is asked for."""
    if os.environ.get(TO):
        until = float(os.environ.get(UNTIL, "inf"))
        config.pluginmanager.register(Notes(Path(os.environ[TO]), until))


def state(file: str) -> str:
    """What was noted of a file of tests holds as long as it is the same."""
    path = ROOT / file
    return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()


class Reached:
    """What was noted: by file of tests, each test's seconds, and the numbers of the mutants that it reaches."""

    def __init__(self, kept: Path) -> None:
        self.files: dict[str, dict[str, Case]] = {}
        lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
        for noted in map(json.loads, lines):
            if noted["state"] == state(noted["file"]):
                self.files[noted["file"]] = {
                    name: Case(*case) for name, case in noted["cases"].items()
                }

    def reaching(self, number: int, files: Iterable[str]) -> list[dict[str, float]]:
        """The tests that reach a mutant, with their seconds, file by file of those given."""
        return self._groups(files, lambda case: number in case.hits)

    def named_after(self, stem: str, files: Iterable[str]) -> list[dict[str, float]]:
        """The tests of files with a module's name in theirs: what runs in a process of its own is not noted."""
        return self._groups([file for file in files if stem in Path(file).stem], lambda _: True)

    def _groups(
        self, files: Iterable[str], wanted: Callable[[Case], bool]
    ) -> list[dict[str, float]]:
        groups = [
            {
                name: case.seconds
                for name, case in self.files.get(file, {}).items()
                if case.passed and wanted(case)
            }
            for file in files
        ]
        return [group for group in groups if group]

    def failed(self) -> list[str]:
        """Tests that fail as it is, or are skipped."""
        cases = (each for file in self.files.values() for each in file.items())
        return [name for name, case in cases if not case.passed]


def put_probes(tree: Path, mutants: Sequence[Mutant]) -> None:
    """Write probes into a copy of the tree: that of a mutant says its place in the list."""
    by_file: dict[str, dict[int, int]] = defaultdict(dict)
    for number, mutant in enumerate(mutants):
        by_file[mutant.file][mutant.number] = number
    for file, numbers in by_file.items():
        source = (ROOT / file).read_text(encoding="utf-8")
        (tree / file).write_text(probed(source, numbers), encoding="utf-8")
