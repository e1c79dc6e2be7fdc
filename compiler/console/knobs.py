"""Every environment variable that the compiler reads, in one typed table (`sglc env` prints it)."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Knob:
    """One variable: its name, what stands in for it, and what it does."""

    name: str
    default: str
    does: str

    def read(self) -> str:
        """Its value now."""
        return os.environ.get(self.name) or self.default


VERIFY = Knob(
    "SGLC_VERIFY", "1", "verify the IR after passes: 0 never, 1 when it changed, 2 also its text"
)
CRASH_DIR = Knob(
    "SGLC_CRASH_DIR", ".", "where reproducers and reports of our own faults are written"
)
TRACEBACK = Knob("SGLC_TRACEBACK", "", "`full` shows the traceback of an internal error at once")
CACHE = Knob(
    "XDG_CACHE_HOME", "~/.cache", "converted models and built kernels are kept in `sglc` below it"
)
COLOUR = Knob("NO_COLOR", "", "anything turns colour off")

API_KEY = Knob(
    "SGLC_API_KEY", "", "the one API key that `sglc serve` asks for, without a file of keys"
)

KNOBS = (VERIFY, CRASH_DIR, TRACEBACK, CACHE, COLOUR, API_KEY)
