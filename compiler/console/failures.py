"""What the user sees when a command fails: a message with a code and the right exit code, never a traceback.

A fault of our own is told apart: it gets a short message, and a file with everything that a report needs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from ...ir.diagnostic import CompileFailed, Diagnostic
from .crash import write_report
from .knobs import TRACEBACK
from .terminal import tell, tell_as_is

DIAGNOSTICS, USAGE, INTERNAL = 1, 2, 101


class UsageError(Exception):
    """A command line that can't be carried out: what is wrong with it, and what to write instead."""

    def __init__(self, code: str, message: str, help: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.help = code, message, help


def report(error: BaseException, arguments: Sequence[str]) -> int:
    """Print a failure to stderr; the exit code for it."""
    from ...runtime.models.error import ModelError
    from ...runtime.plan.errors import RunError

    match error:
        case CompileFailed(diagnostics=diagnostics):
            show(diagnostics)
            return DIAGNOSTICS
        case UsageError() | ModelError():
            say(error.code, error.message, error.help)
            return USAGE
        case RunError():
            where = (
                f"{error.span.file}:{error.span.line}:{error.span.column}: " if error.span else ""
            )
            say(error.code, error.message, error.help, where)
            return USAGE if error.code in INPUT_CODES else DIAGNOSTICS
        case BrokenPipeError():
            _forget_stdout()
            return USAGE
        case OSError():
            return io_error(error)
        case SystemExit():
            return error.code if isinstance(error.code, int) else USAGE
        case _:
            return internal(error, arguments)


INPUT_CODES = frozenset({"SGL3005", "SGL3605", "SGL3607", "SGL3608"})
"""Errors of the runtime that are about files, not about the program."""


def say(code: str, message: str, help: str = "", where: str = "") -> None:
    """One error line, and a help line if there is help."""
    tell(f"{where}error[{code}]: {message}")
    if help:
        tell(f"help: {help}")


def show(diagnostics: Iterable[Diagnostic], format: str = "full") -> None:
    """Print diagnostics to stderr."""
    from .report import render

    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    tell_as_is(render(tuple(diagnostics), format, color=is_terminal))


def io_error(error: OSError) -> int:
    """A file that can't be read or written."""
    name = f"`{error.filename}`: " if error.filename else ""
    say("SGL2000", f"{name}{error.strerror or error}".strip())
    return USAGE


def internal(error: BaseException, arguments: Sequence[str]) -> int:
    """A fault of our own: a short message, and a report in a file."""
    report = write_report(error, arguments)
    if TRACEBACK.read() == "full":
        tell(report.text)
        return INTERNAL
    tell(report.headline)
    tell(f"the report is in {report.path}; please send it to us" if report.path else report.text)
    return INTERNAL


def _forget_stdout() -> None:
    """Nobody reads what we write: what is left in the buffer must not fail once more when Python ends."""
    try:
        sys.stdout.close()
    except (OSError, ValueError, AttributeError):
        pass
    sys.stdout = None  # type: ignore[assignment]
