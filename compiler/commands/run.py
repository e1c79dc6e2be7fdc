"""`sglc run`: run a program once, or over the rows of a file."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from ...runtime.batch.reading import RowFile
from ...runtime.batch.rows import Row, rows_of
from ...runtime.plan.file import check_target, read_plan
from ...runtime.plan.schema import Plan, PlanProgram
from ..console.failures import UsageError, show
from ..console.outputs import check_outputs, is_file, is_stdout
from ..console.terminal import tell
from ..driver.compilation import compile_module, load, read_by, split_entry, stage_of
from ..driver.targets import Choice
from ..running.arguments import read_arguments
from ..running.batches import Batch, journal_path, run_batch, run_once
from ..running.execution import Job
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
    retry_failed: Annotated[bool, Parameter(negative=())] = False,
    trace: Path | None = None,
    show_prompts: Annotated[bool, Parameter(negative=())] = False,
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
        Rows: JSON lines, one object of parameters each; CSV with a header of parameters; or Parquet. `-` is stdin.
    output
        Write results here, as JSON lines in row order; stdout without it, or for `-`.
    resume
        Go on with an interrupted run of the same rows.
    retry_failed
        Go on, and run rows again that ended in an error.
    trace
        Write a record of every call here, with its texts; `-` is stdout.
    show_prompts
        Print what each call was asked, and what it answered.
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
    _check(file, arguments, input, output, resume or retry_failed, trace, host or [])
    where = server.backend_options(
        dtype=dtype, prefix_cache=prefix_cache, wait_for_siblings=wait_for_siblings
    )
    place = choose_place(where, options.model)
    for note in place.notes:
        tell(f"note: {note}")
    made = _plan(file, options, place.choice)
    program = next(q for q in made.programs if q.name == made.entry)
    single = None if input is not None else _single(arguments, program)
    job = Job(
        plan=made,
        choice=place.choice,
        program=program.name,
        rows=[single] if single else [],
        hosts=load_hosts(host or ()),
        seed=seed,
        trace_file=trace,
        is_kept=False,
    )
    served = place.make([made])
    if input is None:
        return run_once(job, served, output, show_prompts)
    with RowFile.open(input, program) as rows:
        if rows.note:
            tell(f"note: {rows.note}")
        batch = Batch(rows, output, resume or retry_failed, retry_failed, show_prompts)
        return run_batch(job, served, batch)


def _check(
    file: str,
    arguments: tuple[str, ...],
    input: Path | None,
    output: Path | None,
    resume: bool,
    trace: Path | None,
    hosts: list[Path],
) -> None:
    """What is known before anything is read."""
    if input is not None and arguments:
        raise UsageError(
            "SGL2025",
            "arguments and `--input` can't be given together",
            "the rows hold all arguments",
        )
    has_journal = output is not None and not is_stdout(output) and is_file(output)
    if resume and (input is None or not has_journal):
        raise UsageError(
            "SGL2024",
            "`--resume` needs `--input` and `--output`",
            "the rows that are done are kept beside the file that `--output` names",
        )
    read = chain(read_by(split_entry(file)[0]), hosts, [input] if input else [])
    where = output if output is not None or trace is None else Path("-")
    journal = journal_path(output) if output is not None and has_journal and input else None
    outputs = {"--output": where, "the journal of `--output`": journal, "--trace": trace}
    check_outputs(outputs, read)


def _plan(file: str, options: CompileOptions, choice: Choice) -> Plan:
    """The plan of a source or plan file for the target that it runs on."""
    path, entry = split_entry(file)
    if stage_of(path) == "plan":
        made = read_plan(path)
        check_target(made.target, choice.target, str(path), made.source)
        return entered(made, entry)
    module, warnings = load(path)
    build = compile_module(module, options.driver_options(entry), choice, warnings, str(path))
    if build.warnings:
        show(build.warnings)
    return build.plan


def entered(made: Plan, entry: str | None) -> Plan:
    """A plan that begins with a program. Raises UsageError (SGL2002)."""
    if entry is None:
        return made
    names = [program.name for program in made.programs]
    if entry not in names:
        listed = ", ".join(f"`{name}`" for name in names)
        raise UsageError("SGL2002", f"the plan has no program `{entry}`", f"there is {listed}")
    return msgspec.structs.replace(made, entry=entry)


def _single(arguments: tuple[str, ...], program: PlanProgram) -> Row:
    """The row of a single instance. One with bad arguments never starts."""
    (row,) = rows_of([read_arguments(arguments, program)], program)
    if row.error:
        raise UsageError(row.error.code, row.error.message, row.error.help)
    return row
