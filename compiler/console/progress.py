"""What a person sees while a run goes on: a bar with rows and tokens on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

from ...runtime.trace.records import CallRecord, Record
from .terminal import tell

FIRST_LINE_S, LINES_S = 15.0, 60.0
"""Without a terminal: when the first line comes, and how long until the next."""


class Progress:
    """Counts rows and tokens; a trace sink that draws a bar when stderr is a terminal, and else writes lines.

    `done` of the rows were done before. `shown`: False draws and writes nothing. Use it as a context manager
    around the run.
    """

    def __init__(
        self,
        rows: int,
        label: str,
        shown: bool | None = None,
        *,
        done: int = 0,
        is_batch: bool = True,
    ) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._rows, self._label, self._done, self._failed = rows, label, done, 0
        self._began_with = done
        self.prefilled = self.cached = self.generated = self.calls = 0
        is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._writes_lines = shown is None and is_batch and not is_terminal
        self._began = time.monotonic()
        self._next_line = self._began + FIRST_LINE_S
        if is_terminal if shown is None else shown:
            self._make_bar(rows, label)

    def _make_bar(self, rows: int, label: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn(
                "prefilled {task.fields[prefilled]:,}  cached {task.fields[cached]:,}"
                "  generated {task.fields[generated]:,}"
            ),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task(
            label, total=rows, completed=self._done, prefilled=0, cached=0, generated=0
        )

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def add(self, record: Record) -> None:
        """Count one record of the trace."""
        if not isinstance(record, CallRecord):
            return
        self.calls += record.is_call
        self.prefilled += record.prefilled
        self.cached += record.cached if record.is_call else 0
        self.generated += sum(map(len, record.outputs))
        self._draw(0)

    def row_done(self, failed: bool = False) -> None:
        """Count one row."""
        self._done += 1
        self._failed += failed
        self._draw(1)

    def _draw(self, rows: int) -> None:
        if self._bar is not None:
            self._bar.update(
                self._task,
                advance=rows,
                prefilled=self.prefilled,
                cached=self.cached,
                generated=self.generated,
            )
        elif self._writes_lines and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + LINES_S
            tell(self.line(time.monotonic() - self._began))

    def line(self, seconds: float) -> str:
        """How far the run is, after so many seconds."""
        speed = (self._done - self._began_with) / seconds if seconds else 0.0
        failed = f", {self._failed:,} failed" if self._failed else ""
        left = f", about {_time((self._rows - self._done) / speed)} left" if speed else ""
        tokens = f"prefilled {self.prefilled:,}, cached {self.cached:,}, generated {self.generated:,} tokens"
        done = f"{self._done:,} of {self._rows:,} rows{failed}, {speed:.3g} rows/s{left}"
        return f"{self._label}: {done}; {tokens}"


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes / 60:.1f} h"
