"""Sites: every call of the source is told apart, on each path, however often a part of it is tried.

Called by `blocks`, which opens a branch for every region and a trial for what is lowered to be forgotten.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass

from ...ir.ops import Operand

_Key = tuple[str, tuple[Operand, ...]]


@dataclass
class Attempt:
    """Something that is lowered to see whether it can be."""

    is_kept: bool = False

    def keep(self) -> None:
        """It can: it stays."""
        self.is_kept = True


class Sites:
    """The sites given so far, and which of them the path under construction has used."""

    def __init__(self) -> None:
        self._used: set[_Key] = set()
        self._log: list[_Key] = []  # what is used, in order, so that it can be taken back
        self._spent: list[_Key] = []

    def site(self, site: str, indices: tuple[Operand, ...]) -> str:
        """The site of a call, here once more.

        A call that is lowered again on the same path (an expression that is appended twice) is told
        apart by a second number.
        """
        again = 1
        while (key := (f"{site}#{again}" if again > 1 else site, indices)) in self._used:
            again += 1
        self._use([key])
        return key[0]

    def _use(self, keys: Iterable[_Key]) -> None:
        for key in keys:
            if key not in self._used:
                self._used.add(key)
                self._log.append(key)

    def _take_back(self, length: int) -> list[_Key]:
        """Forget what was used since the log was that long; it."""
        since = self._log[length:]
        del self._log[length:]
        self._used.difference_update(since)
        return since

    def settle(self) -> None:
        """An op follows: what the branches before it used counts as used."""
        if self._spent:
            spent, self._spent = self._spent, []
            self._use(spent)

    @contextmanager
    def branch(self) -> Generator[None]:
        """One path of several: its siblings may use the same sites."""
        length = len(self._log)
        try:
            yield
        finally:
            self._spent += self._take_back(length)

    @contextmanager
    def trial(self, attempt: Attempt) -> Generator[None]:
        """Whatever is used inside is forgotten unless the attempt is kept."""
        length, spent = len(self._log), list(self._spent)
        try:
            yield
        finally:
            if not attempt.is_kept:
                self._take_back(length)
                self._spent = spent
