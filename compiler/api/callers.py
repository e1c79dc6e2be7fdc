"""The place in the user's file that called into sglc."""

from __future__ import annotations

import sys
from pathlib import Path

from ...runtime.plan.schema import SourceSpan

_OURS = str(Path(__file__).resolve().parents[2])


def caller_span() -> SourceSpan | None:
    """The place in the user's file that called into sglc."""
    frame = sys._getframe(1)
    while frame is not None and _is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None:
        return None
    positions = list(frame.f_code.co_positions())
    _, _, column, _ = positions[frame.f_lasti // 2]
    return SourceSpan(frame.f_code.co_filename, frame.f_lineno, (column or 0) + 1)


def _is_ours(filename: str) -> bool:
    path = str(Path(filename).resolve())
    return any(path.startswith(f"{_OURS}/{part}/") for part in ("compiler", "lang", "runtime"))
