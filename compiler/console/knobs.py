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
SERVICES = tuple(
    Knob(name, "", does)
    for names, does in (
        (
            ("OPENAI_BASE_URL", "VLLM_BASE_URL", "SGLANG_BASE_URL"),
            "where a server is, without `--base-url`",
        ),
        (
            ("ANTHROPIC_BASE_URL", "LITELLM_PROXY_API_BASE"),
            "where a service is, without `--base-url`",
        ),
        (
            ("OPENAI_API_KEY", "VLLM_API_KEY", "SGLANG_API_KEY"),
            "a server's key, without `--api-key-env`",
        ),
        (("ANTHROPIC_API_KEY", "LITELLM_PROXY_API_KEY", "LITELLM_API_KEY"), "a service's key"),
    )
    for name in names
)
SECRET = "_KEY"
"""How the names of variables end whose values are never shown."""

KNOBS = (VERIFY, CRASH_DIR, TRACEBACK, CACHE, COLOUR, API_KEY, *SERVICES)
