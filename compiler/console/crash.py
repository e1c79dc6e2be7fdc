"""The report of a fault of our own: what was run, on what, and where it failed.

It survives everything that the fault may have spoilt: arguments that are no text, an error that can't be printed,
a folder that can't be written.
"""

from __future__ import annotations

import platform
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...runtime.shown import shown
from .knobs import CRASH_DIR

NAME = "sglc-crash.txt"


_FOLDERS: tuple[Callable[[], Path], ...] = (
    lambda: Path(CRASH_DIR.read()),
    lambda: Path(tempfile.mkdtemp(prefix="sglc-")),
)
"""Where the report is written: beside the user's work, else anywhere."""


@dataclass(frozen=True, slots=True)
class CrashReport:
    """What is known of a fault. `path` is where it was written, None where nothing could be."""

    headline: str
    text: str
    path: Path | None


def write_report(error: BaseException, arguments: Sequence[str]) -> CrashReport:
    """Write a report, beside the user's work if that can be. Never raises."""
    name = type(error).__name__
    message = _safely(lambda: str(error).strip()) or name
    is_said = message.startswith("internal error")
    headline = message if is_said else f"internal error: {name}: {message}"
    text = "\n".join(
        [
            _safely(_versions),
            "sglc " + " ".join(_safely(lambda word=word: shown(str(word))) for word in arguments),
            "",
            _safely(lambda: shown("".join(traceback.format_exception(error)))) or headline,
        ]
    )
    return CrashReport(headline, text, _written(text))


def _versions() -> str:
    from sglc import __version__

    return f"sglc {__version__}, Python {platform.python_version()}, {platform.platform()}"


def _safely(part: Callable[[], str]) -> str:
    """A part of the report, or what is wrong with it."""
    try:
        return part()
    except Exception as error:
        return f"<{type(error).__name__}>"


def _written(text: str) -> Path | None:
    data = text.encode("utf-8", "backslashreplace")
    for folder in _FOLDERS:
        try:
            path = folder() / NAME
            path.write_bytes(data)
            return path
        except (OSError, ValueError):
            continue
    return None
