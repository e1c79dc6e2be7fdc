"""What a person sees while a run goes on: a bar with rows and tokens, on a terminal's stderr only."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from ...runtime.trace.records import CallRecord, Record


class Progress:
    """Counts rows and tokens; a trace sink that draws a bar when stderr is a terminal.

    Use it as a context manager around the run.
    """

    def __init__(self, rows: int, label: str, shown: bool | None = None) -> None:
        self._bar: Any = None
        self._task: Any = None
        self.prefilled = self.cached = self.generated = self.calls = 0
        if sys.stderr.isatty() if shown is None else shown:
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
        self._task = self._bar.add_task(label, total=rows, prefilled=0, cached=0, generated=0)

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

    def row_done(self) -> None:
        """Count one row."""
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
