"""What the user sees when a command fails: a message with a code and the right exit code, never a traceback.

A fault of our own is told apart: it gets a short message, and a file with everything that a report needs.
"""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path

from ...ir.diagnostic import CompileFailed, Diagnostic
from .knobs import CRASH_DIR, TRACEBACK

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
            sys.stderr.close()
            return USAGE
        case OSError():
            return io_error(error)
        case SystemExit():
            return error.code if isinstance(error.code, int) else USAGE
        case _:
            return internal(error, arguments)


INPUT_CODES = frozenset({"SGL3005", "SGL3605"})
"""Errors of the runtime that are about files, not about the program."""


def say(code: str, message: str, help: str = "", where: str = "") -> None:
    """One error line, and a help line if there is help."""
    print(f"{where}error[{code}]: {message}", file=sys.stderr)
    if help:
        print(f"help: {help}", file=sys.stderr)


def show(diagnostics: Iterable[Diagnostic], format: str = "full") -> None:
    """Print diagnostics to stderr."""
    from .report import render

    text = render(tuple(diagnostics), format, color=sys.stderr.isatty())
    print(text, file=sys.stderr)


def io_error(error: OSError) -> int:
    """A file that can't be read or written."""
    name = f"`{error.filename}`: " if error.filename else ""
    say("SGL2000", f"{name}{error.strerror or error}".strip())
    return USAGE


def internal(error: BaseException, arguments: Sequence[str]) -> int:
    """A fault of our own: a short message, and a report in a file."""
    if TRACEBACK.read() == "full":
        traceback.print_exception(error)
        return INTERNAL
    message = str(error).strip() or type(error).__name__
    if not message.startswith("internal error"):
        message = f"internal error: {type(error).__name__}: {message}"
    print(message, file=sys.stderr)
    print(
        f"the report is in {_write_report(error, arguments)}; please send it to us", file=sys.stderr
    )
    return INTERNAL


def _write_report(error: BaseException, arguments: Sequence[str]) -> Path:
    from sglc import __version__

    text = "\n".join(
        [
            f"sglc {__version__}, Python {platform.python_version()}, {platform.platform()}",
            "sglc " + " ".join(arguments),
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    path = Path(CRASH_DIR.read()) / "sglc-crash.txt"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError:
        path = Path(tempfile.mkdtemp(prefix="sglc-")) / path.name
        path.write_text(text, encoding="utf-8")
    return path
