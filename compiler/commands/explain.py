"""`sglc explain`: what a program will share, before it runs; with `--analyze` beside what it did."""

from __future__ import annotations

import difflib
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from ...ir.values.numerals import whole
from ...passes.pipeline import REGISTRY
from ...runtime.plan.file import read_plan
from ...runtime.plan.schema import Plan
from ..console.failures import UsageError, show
from ..console.outputs import check_outputs, is_stdout, write_file
from ..console.terminal import has_colour
from ..driver.compilation import compile_module, load, read_by, split_entry, stage_of
from ..driver.revisions import at_revision
from ..driver.targets import Choice
from ..explain import report as r
from ..explain.make import of_build, of_plan
from ..explain.model.estimates import counting, with_sizes
from ..explain.model.sizes import short_name
from ..explain.text.columns import WIDTH
from ..running.places import Place, choose_place
from .options import CompileOptions, ServerOptions

DEFAULT, NO_SERVER = CompileOptions(), ServerOptions()
Format = Literal["text", "json", "html", "mermaid"]


def explain(
    file: str,
    *,
    format: Format = "text",
    input: Path | None = None,
    analyze: Annotated[bool, Parameter(negative=())] = False,
    why: Annotated[bool, Parameter(negative=())] = False,
    diff: str | None = None,
    target: Annotated[
        str | None,
        Parameter(
            help="Comma-separated names of `sglc targets`: price the rows, or one run without rows."
        ),
    ] = None,
    assume: Annotated[list[str] | None, Parameter(negative=())] = None,
    host: Annotated[list[Path] | None, Parameter(negative=())] = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    options: CompileOptions = DEFAULT,
    server: ServerOptions = NO_SERVER,
) -> int:
    """Show what a program will share, before it runs.

    Parameters
    ----------
    file
        FILE[:program]: `.sgl`, `.sglir` or `.plan.json`.
    format
        How it is shown.
    input
        Rows, as `sglc run` takes them; they put numbers to what depends on values.
    analyze
        Run the rows, and show measured beside predicted.
    why
        Show also what the passes declined, and their suggestions.
    diff
        Compare with a level (`O0`), without a pass (`hoist-prefix`), another file, or a git revision.
    assume
        NAME=COUNT: the tokens of a value, the length of a list, or `rows`, instead of a guess.
    host
        Python file that defines the program's host functions.
    output
        Write here instead of to stdout (`-`).
    """
    if analyze and input is None:
        raise UsageError(
            "SGL2027", "`--analyze` runs rows, and there are none", "`--input` names a file of rows"
        )
    read = chain(read_by(split_entry(file)[0]), host or (), [input] if input else [])
    check_outputs({"--output": output}, read)
    wanted = Wanted(
        input, tuple(host or ()), tuple(target.split(",")) if target else (), _sizes(assume or [])
    )
    where = server.backend_options()
    place = choose_place(where, options.model, is_run=analyze)
    report = _report(file, options, wanted, place, analyze)
    if diff is None:
        write_file(output, _shown(report, format, why, _width(output)))
        return 0
    from ..explain.diff import render

    with _other(file, diff, options) as (other_file, other_options):
        other = _report(other_file, other_options, wanted, place, False)
    text = render(other, report, (diff, file), _width(output))
    write_file(output, text)
    return 0


def _sizes(given: list[str]) -> dict[str, int]:
    """Sample sizes by name. Raises UsageError (SGL2029)."""
    found: dict[str, int] = {}
    for each in given:
        name, _, size = each.rpartition("=")
        number = whole(size)
        if not name or number is None:
            raise UsageError(
                "SGL2029", f"`{each}` is no sample size", "write `--assume document=2000`"
            )
        found[name] = number
    return found


def _check_names(report: r.Report, sizes: Mapping[str, int]) -> None:
    """Whether there is such a quantity. Raises UsageError (SGL2029)."""
    controls = report.workload.controls if report.workload else []
    known = {name for control in controls for name in (control.name, short_name(control.name))}
    for name in sizes:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            help = (
                f"did you mean `{close[0]}`?" if close else f"there are {', '.join(sorted(known))}"
            )
            raise UsageError("SGL2029", f"there is no quantity `{name}`", help)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report should hold beside the plan."""

    input: Path | None
    hosts: tuple[Path, ...]
    targets: tuple[str, ...]
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A plan with its report."""

    report: r.Report
    plan: Plan
    choice: Choice


def _report(
    file: str, options: CompileOptions, wanted: Wanted, place: Place, analyze: bool
) -> r.Report:
    found = _compiled(file, options, place.choice)
    tokenizer = found.choice.target.tokenizer
    _check_names(found.report, wanted.sizes)
    report = with_sizes(found.report, found.plan, wanted.sizes, counting(tokenizer))
    if wanted.input is None:
        if not wanted.targets:
            return report
        from ..explain.price_plan import with_price

        return with_price(report, found.plan, wanted.targets)
    from ..explain.over_rows import over_rows

    make = place.make if analyze else None
    return over_rows(
        report, found.plan, found.choice, wanted.input, wanted.hosts, wanted.targets, make
    )


def _compiled(file: str, options: CompileOptions, choice: Choice) -> Found:
    path, entry = split_entry(file)
    if stage_of(path) == "plan":
        from .run import entered

        plan = entered(read_plan(path), entry)
        return Found(of_plan(plan, None, choice.target.tokenizer), plan, choice)
    module, warnings = load(path)
    build = compile_module(module, options.driver_options(entry), choice, warnings, str(path))
    if build.warnings:
        show(build.warnings)
    return Found(of_build(build), build.plan, build.choice)


@contextmanager
def _other(file: str, diff: str, options: CompileOptions) -> Iterator[tuple[str, CompileOptions]]:
    """What a report is compared with: file and options of the other side."""
    path, entry = split_entry(file)
    suffix = f":{entry}" if entry else ""
    level = re.fullmatch(r"-?O([012])", diff)
    if level:
        yield file, replace(options, level=int(level[1]))
    elif diff in REGISTRY:
        yield file, replace(options, disable=[*(options.disable or []), diff])
    elif split_entry(diff)[0].exists():
        yield diff, options
    else:
        with at_revision(path, diff) as then:
            yield f"{then}{suffix}", options


def _shown(report: r.Report, format: Format, why: bool, width: int) -> bytes:
    if format == "json":
        return r.to_json(report)
    if format == "mermaid":
        from ..explain.mermaid import render as chart

        return chart(report).encode()
    if format == "html":
        from ..explain.html import render as page

        return page(report).encode()
    from ..explain.text.render import render

    return render(report, why, width).encode()


def _width(output: Path | None) -> int:
    """How wide lines may be: as the terminal is, and 100 where there is none."""
    if not is_stdout(output) or not has_colour():
        return WIDTH
    return shutil.get_terminal_size().columns
