"""Calls from other threads to the event loop, with one wake-up for all that come together.

An engine tells of a token of every running request after each step; waking the loop for each of them would cost
more than what is done then.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable


class LoopBox:
    """Any thread may put a call; the loop makes them, in order."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._calls = deque[Callable[[], None]]()
        self._is_awake = False

    def put(self, call: Callable[[], None]) -> None:
        """Have the loop make a call soon. A loop that is gone makes none."""
        self._calls.append(call)
        if self._is_awake:
            return
        self._is_awake = True
        try:
            self._loop.call_soon_threadsafe(self._make)
        except RuntimeError:
            self._calls.clear()

    def _make(self) -> None:
        self._is_awake = False  # first: what is put from here on wakes the loop again
        while self._calls:
            self._calls.popleft()()
