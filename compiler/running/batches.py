"""What `sglc run` does once a plan and its rows are at hand: run them, write what they come to, and say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ...runtime.backend import Backend
from ...runtime.batch.journal import Journal
from ...runtime.batch.reading import RowFile
from ...runtime.executor.asking.notes import NOTED
from ...runtime.plan.errors import RunError
from ...runtime.trace.records import Note, Record
from ..batch.order import BatchOrder
from ..console.failures import say
from ..console.interrupted import Interrupted, ended_gently
from ..console.outputs import is_file, is_stdout, replacing, written_to
from ..console.progress import Progress
from ..console.prompts import PromptPrinter
from ..console.terminal import tell, write_out
from .execution import Job, execute_job, journal_header, resumed
from .results import Results, digest_of


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of a run, and where their results go."""

    rows: RowFile
    output: Path | None
    resume: bool = False
    retry_failed: bool = False
    show_prompts: bool = False


class Notes:
    """A sink that says at once what is worth knowing of a run, each thing once."""

    def add(self, record: Record) -> None:
        """Say what a note says."""
        if isinstance(record, Note) and record.code in NOTED:
            where = (
                f"{record.span.file}:{record.span.line}:{record.span.column}: "
                if record.span
                else ""
            )
            tell(f"{where}warning[{record.code}]: {record.message}")


def run_once(job: Job, backend: Backend, output: Path | None, show_prompts: bool) -> int:
    """Run a single instance; the exit code."""
    pieces: list[bytes] = []
    results = Results(pieces.append, is_single=True)
    with Progress(1, job.program, is_batch=False) as progress:
        execute_job(_watched(job, progress, results.add, show_prompts), backend)
    if not results.failed:
        with _opened(output) as write:
            write(b"".join(pieces))
    _say_failed(results, is_single=True)
    _say_totals(results, progress)
    return 1 if results.failed else 0


def run_batch(job: Job, backend: Backend, batch: Batch) -> int:
    """Run the rows of a file; the exit code."""
    job = replace(job, rows=batch.rows)
    with ended_gently():
        if batch.output is None or is_stdout(batch.output) or not is_file(batch.output):
            return _streamed(job, backend, batch)
        return _into_file(job, backend, batch, batch.output)


def _into_file(job: Job, backend: Backend, batch: Batch, output: Path) -> int:
    with _journal(job, batch, output) as journal:
        if journal.end is not None:
            return _ended(journal, output)
        return _journalled(replace(job, journal=journal), backend, batch, output)


def _watched(
    job: Job, progress: Progress, on_row: Callable[..., None] | None, show_prompts: bool
) -> Job:
    printer = [PromptPrinter(job.choice.target.tokenizer)] if show_prompts else []
    return replace(job, progress=progress, on_row=on_row, sinks=[Notes(), *printer])


# --- without a journal ------------------------------------------------------------------------------


def _streamed(job: Job, backend: Backend, batch: Batch) -> int:
    """Results are written as soon as all before them are there."""
    with _opened(batch.output) as write:
        results = Results(write)
        try:
            with Progress(batch.rows.count, job.program) as progress:
                outcome = execute_job(
                    _watched(job, progress, results.add, batch.show_prompts), backend
                )
        except KeyboardInterrupt:
            written = f"{results.rows:,} of {batch.rows.count:,} rows were written"
            raise Interrupted(f"{written}; `--output FILE` keeps what is done") from None
    return _said(results, progress, outcome.order)


@contextmanager
def _opened(output: Path | None) -> Iterator[Callable[[bytes], object]]:
    """What writes data where it belongs."""
    if output is None or is_stdout(output):
        yield write_out
    elif is_file(output):
        with replacing(output) as stream:
            yield stream.write
    else:
        with written_to(output) as stream:
            yield stream.write


# --- with a journal ---------------------------------------------------------------------------------


def _journal(job: Job, batch: Batch, output: Path) -> Journal:
    path = journal_path(output)
    header = journal_header(job.plan, job.program, batch.rows, job.seed)
    if not batch.resume:
        return Journal.create(path, header)
    return resumed(path, job.plan, job.program, header, retry_failed=batch.retry_failed)


def journal_path(output: Path) -> Path:
    """Where the rows that are done are kept until all are."""
    return output.with_name(output.name + ".journal")


def _journalled(job: Job, backend: Backend, batch: Batch, output: Path) -> int:
    journal = job.journal
    assert journal is not None
    path = journal_path(output)
    kept = journal.kept
    if batch.resume:
        tell(f"{kept:,} of {batch.rows.count:,} rows are done, {journal.waiting:,} are run")
    try:
        with Progress(
            batch.rows.count, job.program, done=batch.rows.count - journal.waiting
        ) as progress:
            outcome = execute_job(_watched(job, progress, None, batch.show_prompts), backend)
    except KeyboardInterrupt:
        what = f"{journal.kept:,} of {batch.rows.count:,} rows are kept in `{path}`"
        raise Interrupted(what, ["--resume"]) from None
    results = _written(journal, output)
    if not results.failed:
        journal.finish(results.digest)
    elif journal.waiting or results.failed:
        tell(
            f"help: `--retry-failed` runs the rows that failed again; the others are kept in `{path}`"
        )
    return _said(results, progress, outcome.order)


def _written(journal: Journal, output: Path) -> Results:
    """The output, from the journal. Raises OSError; the journal has everything then, too."""
    try:
        with replacing(output) as stream:
            results = Results(stream.write)
            for result in journal.results():
                results.add(result)
            return results
    except OSError:
        tell(f"help: all rows are kept in `{journal_path(output)}`; `--resume` writes them again")
        raise


def _ended(journal: Journal, output: Path) -> int:
    """A run that had ended: its output is there, or it is an error."""
    assert journal.end is not None
    try:
        with output.open("rb") as stream:
            found = digest_of(stream.read)
    except FileNotFoundError:
        found = ""
    if found != journal.end.output:
        raise RunError(
            "SGL3605",
            f"the run had ended, and `{output}` is not what it wrote any more",
            "without `--resume` all rows are run anew",
        )
    tell(f"all {journal.header.rows:,} rows were done before; they are in `{output}`")
    return 0


# --- what is said -----------------------------------------------------------------------------------


def _said(results: Results, progress: Progress, order: BatchOrder) -> int:
    _say_failed(results, is_single=False)
    _say_totals(results, progress)
    _say_order(order)
    return 1 if results.failed else 0


def _say_totals(results: Results, progress: Progress) -> None:
    totals = f"prefilled {progress.prefilled:,}, cached {progress.cached:,}, generated {progress.generated:,}"
    done = f"{_counted(results.rows, 'row')}, {_counted(progress.calls, 'call')}"
    tell(f"{done}: {totals} tokens")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


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


def _say_failed(results: Results, is_single: bool) -> None:
    for result in results.failures:
        error = result.error
        assert error is not None
        place = f"row {result.row}" + (f" (line {error.line})" if error.line else "")
        where = f"{error.span.file}:{error.span.line}:{error.span.column}: " if error.span else ""
        say(error.code, error.message, error.help, where if is_single else f"{where}{place}: ")
    if not is_single and results.failed:
        tell(f"{results.failed} of {results.rows} rows failed")
