"""Runs a pipeline: times, verifies, dumps, and leaves a reproducer behind when a pass fails.

Called by the driver and the tests. A pass itself does none of this.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...ir.diagnostic import CompileFailed, has_errors
from ...ir.module import Module
from ...ir.structure import walk
from ...ir.text.parser import parse_module
from ...ir.text.printer import print_module
from ...ir.verify.verifier import verify
from .context import Context, Pass, PassReport
from .needs import check_needs, needs_of
from .options import describe

PIPELINE_COMMENT = "; pipeline: "


def _to_stderr(text: str) -> None:
    sys.stderr.write(text)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How closely a pipeline is watched.

    `verify`: 0 never, 1 after each pass that changed something, 2 also the round trip through
    text. `print_after`: names of passes, or `all`.
    """

    verify: int = 1
    print_after: frozenset[str] = frozenset()
    print_changed: bool = False
    dump_dir: Path | None = None
    crash_dir: Path = Path()
    write: Callable[[str], None] = _to_stderr


class InvalidIR(Exception):
    """A pass gave a module that the verifier or the round trip refuses."""


class PassFailed(Exception):
    """A pass raised or gave invalid IR: our bug. Names the reproducer and the command for it."""

    def __init__(self, pass_name: str, cause: Exception, reproducer: Path, command: str) -> None:
        self.pass_name, self.reproducer, self.command = pass_name, reproducer, command
        problem = str(cause) if isinstance(cause, InvalidIR) else f"{type(cause).__name__}: {cause}"
        super().__init__(
            f"internal error: pass `{pass_name}` failed: {problem}\n"
            f"the module before it is in {reproducer}\n"
            f"replay it with: {command}"
        )


def run_pipeline(
    module: Module,
    passes: Sequence[Pass],
    context: Context,
    options: RunOptions | None = None,
) -> Module:
    """Run the passes in order.

    Raises CompileFailed for the user's errors, PipelineError for an order that breaks what a pass needs,
    PassFailed for our errors.
    """
    options = options or RunOptions()
    _dump(options, 0, "lower", "", module)
    count = count_ops(module)
    for number, step in enumerate(passes, start=1):
        before = module
        check_needs(f"`{step.name}`", needs_of(step), before)
        try:
            module, report = _run_one(before, count, step, context, options)
        except CompileFailed:
            raise
        except Exception as cause:
            raise _failure(before, step, context, options, cause) from cause
        context.reports.append(report)
        count = report.ops_after
        _show(options, number, module, report)
    return module


def count_ops(module: Module) -> int:
    """All operations of all programs and fragments, nested ones included."""
    bodies = [each.body for each in (*module.programs, *module.fragments)]
    return sum(len(list(walk(body))) for body in bodies)


def _run_one(
    before: Module, count: int, step: Pass, context: Context, options: RunOptions
) -> tuple[Module, PassReport]:
    """What a pass makes of a module of so many ops."""
    started = time.perf_counter()
    after = step.run(before, context.named(step.name))
    seconds = time.perf_counter() - started
    changed = after is not before
    if changed and options.verify:
        check(after, round_trip=options.verify > 1)
    ops = count_ops(after) if changed else count
    return after, PassReport(step.name, changed, seconds, count, ops)


def check(module: Module, *, round_trip: bool = False) -> None:
    """Raise InvalidIR unless the verifier accepts the module (and its text parses back)."""
    diagnostics = verify(module)
    if has_errors(diagnostics):
        shown = "\n".join(f"  {diagnostic}" for diagnostic in diagnostics)
        raise InvalidIR(f"it gave invalid IR\n{shown}")
    if round_trip:
        text = print_module(module)
        if print_module(parse_module(text)) != text:
            raise InvalidIR("it gave IR that does not survive printing and parsing")


def _show(options: RunOptions, number: int, module: Module, report: PassReport) -> None:
    wanted = bool(options.print_after & {report.pass_name, "all"})
    if wanted or (options.print_changed and report.changed):
        options.write(f"; {report}\n{print_module(module)}")
    _dump(options, number, report.pass_name, f"; {report}\n", module)


def _dump(options: RunOptions, number: int, name: str, header: str, module: Module) -> None:
    if options.dump_dir is None:
        return
    options.dump_dir.mkdir(parents=True, exist_ok=True)
    path = options.dump_dir / f"{number:02}-{name}.sglir"
    path.write_text(header + print_module(module), encoding="utf-8", newline="\n")


def _written(name: str, text: str, folder: Path) -> Path:
    """Write a reproducer: into the folder, or elsewhere when it can't be written there."""
    data = text.encode("utf-8", "backslashreplace")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    except (OSError, ValueError):
        folder = Path(tempfile.mkdtemp(prefix="sglc-"))
        (folder / name).write_bytes(data)
    return folder / name


def _failure(
    before: Module, step: Pass, context: Context, options: RunOptions, cause: Exception
) -> PassFailed:
    text = f"{PIPELINE_COMMENT}{describe([step])}\n{print_module(before)}"
    path = _written(f"sglc-crash-{step.name}.sglir", text, options.crash_dir)
    target = getattr(context.target, "name", "")
    command = f"sglc build {path} --emit ir --passes '{describe([step])}'"
    return PassFailed(step.name, cause, path, command + (f"  # target {target}" if target else ""))
