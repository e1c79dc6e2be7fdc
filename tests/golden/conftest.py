"""The golden tests: Markdown files that read as a specification and run as tests.

A heading names a case, prose says what it shows, and fenced blocks hold input and expectation:

    ir                    the input, a module in its text form (`sgl` for a source file); `ir template=NAME`
                          is built for a chat template of `tests/ir/target/templates`
    ir after=PASSES       the module after these passes
    remarks after=PASSES  what these passes say they did and declined (`sglc explain --why`)
    diagnostics           what the checker says about an `sgl` input

PASSES is a list as for `--passes`, or `-O0`, `-O1`, `-O2`; `level=2` after a list runs its passes as `-O2`
does. `pytest --bless` rewrites the expected
blocks. Every input is also verified and round-tripped, and interpreted before and after the passes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from pathlib import Path

import pytest
import validation
from targets import TEMPLATES

from sglc.ir.diagnostic import CompileFailed
from sglc.ir.module import Module
from sglc.ir.target import ChatTemplate, Target
from sglc.ir.text.parser import parse_module
from sglc.ir.text.printer import print_module
from sglc.passes.pipeline import pipeline, read_pipeline
from sglc.passes.running.context import Context
from sglc.passes.running.runner import RunOptions, check, run_pipeline

_INPUTS = ("ir", "sgl")
_FENCE = re.compile(r"^```(\w*)[ ]*([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) +(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block: its kind, what follows the kind, its text, and where the text stands."""

    kind: str
    options: str
    text: str
    start: int
    end: int

    @property
    def is_expected(self) -> bool:
        """Whether the block holds what a test computes."""
        return self.kind not in _INPUTS or "after=" in self.options

    @property
    def passes(self) -> str | None:
        """The list of passes after which the block shows the module."""
        match = re.search(r"after=(\S+)", self.options)
        return match[1] if match else None


@dataclass
class Case:
    """What stands under one heading."""

    name: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def source(self) -> Block:
        """The input of the case."""
        return next(block for block in self.blocks if not block.is_expected)


def read_cases(text: str) -> Iterator[Case]:
    """The cases of a file, in order; headings without a block are prose."""
    fences = list(_FENCE.finditer(text))
    heads = [h for h in _HEADING.finditer(text) if not any(_within(h, f) for f in fences)]
    for at, head in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
        inside = [f for f in fences if head.end() <= f.start() < end]
        if inside:
            yield Case(head[2], [Block(f[1], f[2], f[3], *f.span(3)) for f in inside])


def _within(head: re.Match[str], fence: re.Match[str]) -> bool:
    return fence.start() <= head.start() < fence.end()


# --- computing the expected blocks ---------------------------------------------------------------


def load(block: Block, name: str) -> Module:
    """The module of an input block, verified and round-tripped."""
    if block.kind == "ir":
        module = parse_module(block.text, name)
    else:
        module = _lower(block.text, name)
    check(module, round_trip=True)
    return module


def _lower(text: str, name: str) -> Module:
    from sglc.ir.span import Source
    from sglc.lang.compile import compile_source

    module, diagnostics = compile_source(Source(name, text))
    if module is None:
        raise CompileFailed(diagnostics)
    return module


def compute(case: Case, block: Block, name: str) -> str:
    """What an expected block should hold."""
    if block.kind == "diagnostics":
        return _diagnostics(case.source, name)
    if block.passes is None:
        raise ValueError(f"the block `{block.kind} {block.options}` names no passes")
    module = load(case.source, name)
    context = Context(_target(case.source.options), level=_level(block.options))
    after = run_pipeline(module, _passes(block.passes), context, RunOptions(verify=2))
    validation.assert_equivalent(module, after, context.target)
    if block.kind == "remarks":
        return "".join(
            f"{_without_place(str(remark))}\n" for remark in dict.fromkeys(context.remarks)
        )
    return print_module(after)


def _target(options: str) -> Target:
    """The target of an input: `template=NAME` names a template of the tests."""
    target = Target.estimating()
    name = re.search(r"template=(\S+)", options)
    if name is None:
        return target
    source = (TEMPLATES / f"{name[1]}.jinja").read_text("utf-8")
    return replace(target, template=ChatTemplate(source))


def _level(options: str) -> int:
    """The level that a block names; that of single passes is the default."""
    found = re.search(r"(?:after=-O|level=)([012])", options)
    return int(found[1]) if found else 1


def _passes(text: str):
    return pipeline(_level(text)) if text.startswith("-O") else read_pipeline(text)


def _without_place(remark: str) -> str:
    """A remark as it reads without the place in the file, which changes with every edit."""
    return re.sub(r"^\S+:\d+:\d+: ", "", remark)


def _diagnostics(block: Block, name: str) -> str:
    from sglc.compiler.console.report import render

    try:
        load(block, name)
    except CompileFailed as failed:
        return render(failed.diagnostics)
    return ""


# --- pytest --------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """CI never rewrites what it is to check."""
    if config.getoption("--bless", default=False) and os.environ.get("CI"):
        raise pytest.UsageError("--bless is not for CI: bless here, and commit the difference")


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> pytest.File | None:
    """Collect every Markdown file but the README."""
    if file_path.suffix == ".md" and file_path.name != "README.md":
        return GoldenFile.from_parent(parent, path=file_path)
    return None


class GoldenFile(pytest.File):
    """One Markdown file."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test for each heading with blocks."""
        for case in read_cases(self.path.read_text(encoding="utf-8")):
            yield GoldenTest.from_parent(self, name=case.name)


class GoldenMismatch(Exception):
    """An expected block differs from what was computed."""


class GoldenTest(pytest.Item):
    """One heading: computes each expected block, and compares or rewrites it."""

    def runtest(self) -> None:
        """Compare, or with `--bless` rewrite, every expected block of the case."""
        for number in range(len(self._case().blocks)):
            self._one(number)

    def _case(self) -> Case:
        text = self.path.read_text(encoding="utf-8")
        return next(case for case in read_cases(text) if case.name == self.name)

    def _one(self, number: int) -> None:
        case = self._case()  # read anew: blessing moves what follows
        block = case.blocks[number]
        if not block.is_expected:
            return
        actual = compute(case, block, f"{self.path.name}")
        if actual == block.text:
            return
        if not self.config.getoption("--bless"):
            raise GoldenMismatch(_difference(block, actual))
        text = self.path.read_text(encoding="utf-8")
        new = text[: block.start] + actual + text[block.end :]
        self.path.write_text(new, encoding="utf-8", newline="\n")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style=None):
        """A mismatch is shown as a difference, without a traceback."""
        if isinstance(excinfo.value, GoldenMismatch):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the case stands."""
        return self.path, None, self.name


def _difference(block: Block, actual: str) -> str:
    lines = unified_diff(
        block.text.splitlines(), actual.splitlines(), "expected", "actual", lineterm=""
    )
    return f"block `{block.kind} {block.options}` (pytest --bless rewrites it)\n" + "\n".join(lines)
