"""`sglc run`: run a program once, or over the rows of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from ...runtime.batch.rows import Row, RowResult, read_rows, rows_of
from ...runtime.executor.asking.control_text import CONTROL_TEXT
from ...runtime.plan.file import check_target, read_plan
from ...runtime.plan.schema import Plan, PlanProgram
from ..batch.order import BatchOrder
from ..console.failures import UsageError, say, show
from ..console.outputs import check_outputs, write_file
from ..console.progress import Progress
from ..console.terminal import tell
from ..driver.compilation import compile_module, load, split_entry, stage_of
from ..driver.targets import Choice
from ..running.arguments import read_arguments
from ..running.backends import BackendOptions
from ..running.execution import Job, Outcome, execute_job
from ..running.hosts import load_hosts
from ..running.places import choose_place
from .options import CompileOptions, ServerOptions

DEFAULT, NO_SERVER = CompileOptions(), ServerOptions()


def run(
    file: str,
    *arguments: str,
    input: Path | None = None,
    output: Path | None = None,
    resume: Annotated[bool, Parameter(negative=())] = False,
    trace: Path | None = None,
    dtype: str = "auto",
    host: Annotated[list[Path] | None, Parameter(negative=())] = None,
    seed: int = 0,
    prefix_cache: bool = True,
    wait_for_siblings: bool = True,
    options: CompileOptions = DEFAULT,
    server: ServerOptions = NO_SERVER,
) -> int:
    """Run a program, once with the given arguments or over the rows of a file.

    Parameters
    ----------
    file
        FILE[:program]: `.sgl`, `.sglir` or `.plan.json`.
    arguments
        name=value; text as it is, other types as JSON.
    input
        Rows as JSON lines, one object of parameters each.
    output
        Write results here, as JSON lines in row order; stdout without it.
    resume
        Go on with an interrupted run of the same rows.
    trace
        Write a record of every call here.
    dtype
        `auto`, `float32`, `bfloat16` or `float16`, for the engine.
    host
        Python file that defines the program's host functions. It is imported.
    seed
        The seed of the run, for sampled calls.
    prefix_cache
        Switch the engine's prefix cache off to see what it is worth.
    wait_for_siblings
        Switch off that calls wait for a prefix that another is computing.
    """
    read = [split_entry(file)[0], *(host or ()), *([input] if input else [])]
    check_outputs({"--output": output, "--trace": trace}, read)
    where = BackendOptions(
        name=server.backend,
        dtype=dtype,
        base_url=server.base_url,
        api_key_env=server.api_key_env,
        prefix_cache=prefix_cache,
        wait_for_siblings=wait_for_siblings,
    )
    place = choose_place(where, options.model)
    for note in place.notes:
        tell(f"note: {note}")
    made = _plan(file, options, place.choice)
    program = next(q for q in made.programs if q.name == made.entry)
    rows = _rows(arguments, input, program)
    if resume and (input is None or output is None):
        raise UsageError("SGL2024", "`--resume` needs `--input` and `--output`")
    hosts = load_hosts(host or ())
    served = place.make(made)
    with Progress(len(rows), program.name) as progress:
        job = Job(
            plan=made,
            choice=place.choice,
            program=program.name,
            rows=rows,
            hosts=hosts,
            seed=seed,
            trace_file=trace,
            journal_file=_journal_path(output) if input and output else None,
            resume=resume,
            progress=progress,
        )
        outcome = execute_job(job, served)
    return _finish(outcome, output, progress, single=input is None)


def _plan(file: str, options: CompileOptions, choice: Choice) -> Plan:
    """The plan of a source or plan file for the target that it runs on."""
    path, entry = split_entry(file)
    if stage_of(path) == "plan":
        made = read_plan(path)
        check_target(made.target, choice.target, str(path), made.source)
        return _entered(made, entry)
    module, warnings = load(path)
    build = compile_module(module, options.driver_options(entry), choice, warnings, str(path))
    if build.warnings:
        show(build.warnings)
    return build.plan


def _entered(made: Plan, entry: str | None) -> Plan:
    if entry is None:
        return made
    names = [program.name for program in made.programs]
    if entry not in names:
        listed = ", ".join(f"`{name}`" for name in names)
        raise UsageError("SGL2002", f"the plan has no program `{entry}`", f"there is {listed}")
    return msgspec.structs.replace(made, entry=entry)


def _rows(arguments: tuple[str, ...], input: Path | None, program: PlanProgram) -> list[Row]:
    """The rows to run. A single instance with bad arguments never starts."""
    if input is None:
        rows = rows_of([read_arguments(arguments, program)], program)
        if rows[0].error:
            error = rows[0].error
            raise UsageError(error.code, error.message, error.help)
        return rows
    if arguments:
        raise UsageError(
            "SGL2025",
            "arguments and `--input` can't be given together",
            "the rows hold all arguments",
        )
    return read_rows(input, program)


def _journal_path(output: Path) -> Path:
    return output.with_name(output.name + ".journal")


def _finish(outcome: Outcome, output: Path | None, progress: Progress, single: bool) -> int:
    """Write results and the summary; the exit code."""
    lines = [_line(result, single) for result in outcome.results]
    if output is not None or not single or not outcome.failed:
        write_file(output, "".join(lines))
    if output is not None and not outcome.failed:
        _journal_path(output).unlink(missing_ok=True)
    _say_control_text(outcome)
    _say_failed(outcome, single)
    totals = f"prefilled {progress.prefilled:,}, cached {progress.cached:,}, generated {progress.generated:,}"
    tell(f"{len(outcome.results)} rows, {progress.calls} calls: {totals} tokens")
    if not single:
        _say_order(outcome.order)
    return 1 if outcome.failed else 0


def _line(result: RowResult, single: bool) -> str:
    data: Any = result.result if single else result
    return msgspec.json.encode(data).decode() + "\n"


def _say_order(order: BatchOrder) -> None:
    """What the order of the batch was predicted to save, where it saves anything."""
    gain = order.gain
    if gain is not None and gain.saved:
        moved = f"ordering the sections of {len(order.orders):,} rows saves {gain.saved:,} tokens"
        tell(f"predicted: {moved} of {gain.as_laid_out:,} to prefill")
    if gain is not None and gain.one_ordered < gain.one_as_given:
        what = (
            f"{gain.one_ordered:,} tokens to prefill in this order, {gain.one_as_given:,} as given"
        )
        tell(f"predicted: a cache of one prompt has {what}")
    if order.skipped:
        tell(f"skipped {order.skipped}")


def _say_control_text(outcome: Outcome) -> None:
    for note in outcome.trace.notes:
        if note.code == CONTROL_TEXT:
            where = f"{note.span.file}:{note.span.line}:{note.span.column}: " if note.span else ""
            tell(f"{where}warning[{note.code}]: {note.message}")


def _say_failed(outcome: Outcome, single: bool) -> None:
    for result in outcome.failed[:5]:
        error = result.error
        assert error is not None
        place = f"row {result.row}" + (f" (line {error.line})" if error.line else "")
        where = f"{error.span.file}:{error.span.line}:{error.span.column}: " if error.span else ""
        say(error.code, error.message, error.help, where if single else f"{where}{place}: ")
    if not single and outcome.failed:
        tell(f"{len(outcome.failed)} of {len(outcome.results)} rows failed")
