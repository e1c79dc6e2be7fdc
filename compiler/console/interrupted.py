"""Ctrl-C during a run that keeps what it has: how much that is, and the command that goes on."""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class Interrupted(KeyboardInterrupt):
    """A run was interrupted. `kept` says what is kept; `more` are the words that the command lacks to go on."""

    def __init__(self, kept: str, more: Sequence[str] = ()) -> None:
        super().__init__(kept)
        self.kept, self.more = kept, more

    def told(self, arguments: Sequence[str]) -> str:
        """The message for a command with these arguments."""
        words = [*arguments, *(word for word in self.more if word not in arguments)]
        goes_on = f"\nhelp: `{shlex.join(['sglc', *words])}` goes on" if self.more else ""
        return f"interrupted: {self.kept}{goes_on}"


@contextmanager
def ended_gently() -> Iterator[None]:
    """What ends a process by default (SIGTERM, as schedulers send it) is taken as Ctrl-C meanwhile."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
