"""A child process that renders strangers' templates, with limits on its time and memory.

`TemplateChild` is the door: it starts the process when it is first needed, sends jobs as JSON lines, and ends it
when a job takes too long. What a template does can then cost a bounded time and a bounded memory, and a crash of
the child is an error like any other. What runs in it is `renderer.py`.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

SECONDS = 10.0
MEGABYTES = 1024
START_SECONDS = 60.0
"""How long the process may take to be there: it imports jinja2, on a machine that may be busy."""
MAX_ANSWER = 1 << 28

# The renderer's room alone, without the package around it, which would import ten times as much.
_BOOT = """
import sys, types
room = sys.modules["room"] = types.ModuleType("room")
room.__path__ = [sys.argv[1]]
from room.renderer import serve
serve(float(sys.argv[2]), int(sys.argv[3]))
"""


class ChildError(Exception):
    """A job that the child could not finish: it took too long, needed too much memory, or ended the child."""


@dataclass(frozen=True)
class Case:
    """One rendering: what the template is given, the day that it sees (YYYY-MM-DD), the seed of what it draws."""

    variables: Mapping[str, Any]
    day: str = "2026-01-01"
    seed: int = 0


@dataclass(frozen=True)
class Outcome:
    """The text of a rendering, or the error that the template raised."""

    text: str | None = None
    error: str = ""
    line: int = 0
    """The line of the template that raised it, where that is known."""


@dataclass
class TemplateChild:
    """Renders templates in a process of their own. Close it, or use it in a `with` block."""

    seconds: float = SECONDS
    megabytes: int = MEGABYTES
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _is_ready: bool = field(default=False, init=False, repr=False)

    def render(self, source: str, cases: Sequence[Case]) -> list[Outcome]:
        """Render a template for each case. Raises ChildError; an error of the template is an outcome."""
        job = {
            "source": source,
            "cases": [
                {"variables": dict(c.variables), "day": c.day, "seed": c.seed} for c in cases
            ],
        }
        line = json.dumps(job).encode() + b"\n"
        try:
            process = self._ready()
            assert process.stdin is not None
            process.stdin.write(line)
            process.stdin.flush()
            answer = self._line(process, self.seconds)
        except OSError as error:
            self.close()
            raise ChildError("the template ended the process that renders it") from error
        return [Outcome(**each) for each in json.loads(answer)]

    def start(self) -> None:
        """Have the process started, without waiting for it."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            limits = (str(self.seconds), str(self.megabytes))
            self._process = subprocess.Popen(
                [sys.executable, "-S", "-c", _BOOT, str(Path(__file__).parent), *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is the parent's to deal with
            )

    def _ready(self) -> subprocess.Popen[bytes]:
        self.start()
        assert self._process is not None
        if not self._is_ready:
            self._line(self._process, START_SECONDS)
            self._is_ready = True
        return self._process

    def _line(self, process: subprocess.Popen[bytes], seconds: float) -> bytes:
        """The child's next line, within a time. Raises ChildError, and then the process is ended."""
        assert process.stdout is not None
        found, deadline = bytearray(), monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                if not selector.select(max(0.0, deadline - monotonic())):
                    self._fail(f"the template does not come to an end within {seconds:g} s")
                piece = os.read(process.stdout.fileno(), 1 << 16)
                if not piece:
                    self._fail("the template ended the process that renders it")
                found += piece
                if len(found) > MAX_ANSWER:
                    self._fail("the template writes too much")
        return bytes(found)

    def _fail(self, why: str) -> None:
        self.close()
        raise ChildError(why)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self.forget()

    def forget(self) -> None:
        """Let go of the process without ending it: after a fork it is the other process's."""
        if self._process is not None:
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()
        self._process, self._is_ready = None, False

    def __enter__(self) -> TemplateChild:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _environment() -> dict[str, str]:
    """Where packages are found, and nothing else of the parent's."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {"PYTHONPATH": path, "PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": "0"}
