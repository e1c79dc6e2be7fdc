"""`sglc test`: run the `test` blocks of source files on the hash model, or on a real one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...ir.diagnostic import CompileFailed
from ...ir.values.limits import Json
from ..console.failures import DIAGNOSTICS, show
from ..console.outputs import check_outputs, write_file
from ..console.terminal import put, tell
from ..driver.compilation import read_by
from ..driver.files import sources_in
from ..driver.targets import choose_target
from ..running.hosts import load_hosts
from ..testing.blocks import Report, Setup, run_file
from ..testing.junit import junit_xml

_SHOWN = 300


def run_tests(
    *paths: Path,
    model: str | None = None,
    only: Annotated[str, Parameter(name=["--only", "-k"])] = "",
    host: Annotated[list[Path] | None, Parameter(negative=())] = None,
    seed: int = 0,
    junit: Path | None = None,
    verbose: Annotated[bool, Parameter(name=["--verbose", "-v"], negative=())] = False,
) -> int:
    """Run the tests in `.sgl` files.

    Parameters
    ----------
    paths
        Files and folders; the current folder without any.
    model
        Answer calls without a mock with this model. Without it the hash model answers.
    only
        Run the tests whose name has this text.
    host
        Python file that defines host functions. It is imported.
    seed
        The seed of the run, for sampled calls.
    junit
        Write a report for CI here, as JUnit XML.
    verbose
        Show the transcript of every test, not of failing ones alone.
    """
    from ..testing.model import model_of

    check_outputs({"--junit": junit}, chain(*map(read_by, sources_in(paths)), host or ()))
    choice = choose_target(model or "estimate")
    reports: list[Report] = []
    broken = 0
    with model_of(choice if model is not None and model != "estimate" else None) as answering:
        setup = Setup(choice.target, answering, load_hosts(host or ()), seed, only)
        for path in sources_in(paths):
            try:
                found = run_file(path, setup)
            except CompileFailed as failure:
                show(failure.diagnostics)
                broken += 1
                continue
            _print_file(path, found, verbose)
            reports += found
    if junit is not None:
        write_file(junit, junit_xml(reports))
    failed = sum(1 for report in reports if not report.passed)
    tell(_summary(reports, failed, broken))
    return DIAGNOSTICS if failed or broken else 0


def _summary(reports: Sequence[Report], failed: int, broken: int) -> str:
    parts = [f"{len(reports) - failed} passed"]
    parts += [f"{failed} failed"] if failed else []
    parts += [f"{broken} files could not be compiled"] if broken else []
    seconds = sum(report.seconds for report in reports)
    return f"{', '.join(parts)} in {seconds:.2f} s"


def _print_file(path: Path, reports: Sequence[Report], verbose: bool) -> None:
    if reports:
        put(str(path))
    for report in reports:
        mark = "pass" if report.passed else "FAIL"
        answered = f"  (unmocked: {', '.join(report.unmocked)})" if report.unmocked else ""
        put(f"  {mark}  {report.name}{answered}")
        for line in _details(report):
            put(f"        {line}")
        if verbose or not report.passed:
            for line in transcript(report):
                put(f"        {line}")


def _details(report: Report) -> list[str]:
    """What went wrong in a test."""
    lines: list[str] = []
    if report.error:
        where = f"{report.error_span}: " if report.error_span is not None else ""
        lines.append(f"{where}{report.error}")
        if "no function is bound" in report.error:
            lines.append("help: mock it: `mock name(x) = ...`, or give its file with `--host`")
    for unmet in report.unmet:
        lines.append(f"{unmet.span}: expect {unmet.span.text}")
        lines.append(f"  left:  {_short(unmet.left)}")
        lines.append(f"  right: {_short(unmet.right)}")
    return lines


def transcript(report: Report) -> list[str]:
    """The calls of a test, one after the other."""
    lines = ["transcript:"] if report.calls else []
    for number, call in enumerate(report.calls, 1):
        asked = json.dumps(call.asked[-80:], ensure_ascii=False)
        source = "mock" if call.is_mock else "model"
        lines.append(f"  {number}. {call.program}.{call.name or 'gen'}  after ...{asked}")
        lines.append(f"     = {_short(call.answer)}  [{source}]")
    return lines


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
