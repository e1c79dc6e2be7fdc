"""Commands on their way to one thread; when it reads no more, each is refused, at once and later, too."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Generic, TypeVar

Command = TypeVar("Command")


class Mailbox(Generic[Command]):
    """Any thread may put a command; one takes them, in order. `refuse` is told what nobody will take.

    A command is put first and the door looked at second; the door is shut first and the box emptied second. So
    whichever comes first, each command is taken once or refused once.
    """

    def __init__(self, refuse: Callable[[Command], None]) -> None:
        self._box = queue.SimpleQueue[Command]()
        self._refuse = refuse
        self._is_shut = False

    def put(self, command: Command) -> None:
        """Add a command. Never waits."""
        self._box.put(command)
        if self._is_shut:
            self._empty()

    def take(self, *, wait: bool) -> Command:
        """The next command. Raises queue.Empty where there is none and it is not to be waited for."""
        return self._box.get(block=wait)

    def shut(self) -> None:
        """Refuse what is there and what comes."""
        self._is_shut = True
        self._empty()

    def leave(self) -> None:
        """Shut it in a forked process, where a thread that is not there may hold the box's lock."""
        self._box = queue.SimpleQueue()
        self._is_shut = True

    def qsize(self) -> int:
        """How many commands wait."""
        return self._box.qsize()

    def _empty(self) -> None:
        while True:
            try:
                command = self._box.get_nowait()
            except queue.Empty:
                return
            self._refuse(command)
