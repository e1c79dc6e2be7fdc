"""A child process that renders strangers' templates, with limits on its time and memory.

`TemplateChild` is the door: it starts the process when it is first needed, sends jobs as JSON lines, and ends it
when a job takes too long. What a template does can then cost a bounded time and a bounded memory, and a crash of
the child is an error like any other.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SECONDS = 10.0
MEGABYTES = 1024


class ChildError(Exception):
    """A job that the child could not finish: it took too long, needed too much memory, or ended the child."""


@dataclass(frozen=True)
class Case:
    """One rendering: what the template is given. `day` is the day that it sees (YYYY-MM-DD)."""

    variables: Mapping[str, Any]
    day: str = "2026-01-01"


@dataclass(frozen=True)
class Outcome:
    """The text of a rendering, or the error that the template raised."""

    text: str | None = None
    error: str = ""


@dataclass
class TemplateChild:
    """Renders templates in a process of their own. Close it, or use it in a `with` block."""

    seconds: float = SECONDS
    megabytes: int = MEGABYTES
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    def render(self, source: str, cases: Sequence[Case]) -> list[Outcome]:
        """Render a template for each case. Raises ChildError; an error of the template is an outcome."""
        job = {
            "source": source,
            "cases": [{"variables": dict(c.variables), "day": c.day} for c in cases],
        }
        line = json.dumps(job).encode() + b"\n"
        process = self._started()
        try:
            assert process.stdin is not None
            process.stdin.write(line)
            process.stdin.flush()
            answer = self._answer(process)
        except OSError as error:
            self.close()
            raise ChildError("the template ended the process that renders it") from error
        return [Outcome(each.get("text"), each.get("error", "")) for each in json.loads(answer)]

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            path = os.pathsep.join(entry for entry in sys.path if entry)
            command = [sys.executable, "-c", "from sglc.ir.target.child import serve; serve()"]
            self._process = subprocess.Popen(
                [*command, str(self.seconds), str(self.megabytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": path, "PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": "0"},
            )
        return self._process

    def _answer(self, process: subprocess.Popen[bytes]) -> bytes:
        """The child's next line, within the time that a job may take."""
        assert process.stdout is not None
        found = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                if not selector.select(self.seconds):
                    self.close()
                    raise ChildError(
                        f"the template does not come to an end within {self.seconds:g} s"
                    )
                piece = os.read(process.stdout.fileno(), 1 << 16)
                if not piece:
                    self.close()
                    raise ChildError("the template ended the process that renders it")
                found += piece
        return bytes(found)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()
            self._process = None

    def __enter__(self) -> TemplateChild:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# --- in the child -----------------------------------------------------------------------------------


def serve() -> None:
    """What the child does: one job a line, until its input ends."""
    seconds, megabytes = float(sys.argv[1]), int(sys.argv[2])
    _limit_memory(megabytes)
    for line in sys.stdin.buffer:
        _limit_time(seconds)
        answer = json.dumps(_rendered(json.loads(line))).encode() + b"\n"
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


def _limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system
        return
    size = megabytes << 20
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float) -> None:
    """Processor time for the next job alone; the parent watches the clock besides."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _rendered(job: dict[str, Any]) -> list[dict[str, str]]:
    from .template import TemplateError

    found: list[dict[str, str]] = []
    compiled: dict[str, Any] = {}
    for case in job["cases"]:
        try:
            found.append({"text": _text(compiled, job["source"], case)})
        except TemplateError as error:
            found.append({"error": str(error) or "it raised an error without words"})
        except (MemoryError, RecursionError) as error:
            found.append({"error": f"it needs too much memory ({type(error).__name__})"})
    return found


def _text(compiled: dict[str, Any], source: str, case: dict[str, Any]) -> str:
    from .sandbox import compile_template, run_template

    day = case["day"]
    if day not in compiled:
        compiled[day] = compile_template(source, day)
    return run_template(compiled[day], **case["variables"])
