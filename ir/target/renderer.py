"""What the child process of `child.py` does: one rendering job a line, within limits on time and memory.

It runs without the rest of the project, so that it starts quickly and holds nothing worth having.
"""

from __future__ import annotations

import json
import random
import sys
from functools import lru_cache
from time import process_time
from typing import TYPE_CHECKING, Any

from .sandbox import compile_template, run_template
from .template_error import TemplateError

if TYPE_CHECKING:
    import jinja2

READY = b"ready\n"
"""What the child says first."""


def serve(seconds: float, megabytes: int) -> None:
    """Do one job a line, until the input ends."""
    _limit_memory(megabytes)
    _say(READY)
    for line in sys.stdin.buffer:
        _limit_time(seconds)
        _say(json.dumps(_rendered(json.loads(line))).encode() + b"\n")


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def _limit_memory(megabytes: int) -> None:
    """Memory, and what a template has no business with: files to write, and core dumps."""
    _limit("RLIMIT_AS", megabytes << 20)
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_FSIZE", 0)


def _limit_time(seconds: float) -> None:
    """Processor time for the next job alone; the parent watches the clock besides."""
    _limit("RLIMIT_CPU", int(process_time() + seconds) + 1)


def _limit(name: str, most: int) -> None:
    """Set a soft limit, as far as the hard one lets it."""
    try:
        import resource
    except ImportError:  # no such limits on this system
        return
    kind = getattr(resource, name)
    _, hard = resource.getrlimit(kind)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (soft, hard))


def _rendered(job: dict[str, Any]) -> list[dict[str, Any]]:
    return [_outcome(job["source"], case) for case in job["cases"]]


def _outcome(source: str, case: dict[str, Any]) -> dict[str, Any]:
    try:
        random.seed(case["seed"])
        return {"text": run_template(_compiled(source, case["day"]), **case["variables"])}
    except TemplateError as error:
        words = str(error) or "it raised an error without words"
        return {"error": words, "line": _line_of(error.__cause__ or error)}
    except (MemoryError, RecursionError) as error:
        return {"error": f"the template needs too much memory ({type(error).__name__})"}


def _line_of(error: BaseException) -> int:
    """The innermost line of the template that was executed; 0 where there is none."""
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


@lru_cache(maxsize=16)
def _compiled(source: str, day: str) -> jinja2.Template:
    return compile_template(source, day)
