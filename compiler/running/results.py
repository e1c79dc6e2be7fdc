"""What becomes of the results of a run: written in row order, counted, and the first failures remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from ...runtime.batch.rows import RowResult

SHOWN = 5


class Results:
    """Takes results in any order, and writes each when all before it are there.

    `is_single`: the result alone is written, and nothing of a failure. `digest` names what was written.
    """

    def __init__(self, write: Callable[[bytes], object], *, is_single: bool = False) -> None:
        self._write, self._is_single = write, is_single
        self._early: dict[int, RowResult] = {}
        self._digest = hashlib.blake2b(digest_size=16)
        self.rows = self.failed = 0
        self.failures: list[RowResult] = []

    def add(self, result: RowResult) -> None:
        """Take one result."""
        self._early[result.row] = result
        while (found := self._early.pop(self.rows, None)) is not None:
            self.rows += 1
            self._take(found)

    def _take(self, result: RowResult) -> None:
        if result.error is not None:
            self.failed += 1
            self.failures += [result] if len(self.failures) < SHOWN else []
        if self._is_single and result.error is not None:
            return
        data: Any = result.result if self._is_single else result
        line = msgspec.json.encode(data) + b"\n"
        self._digest.update(line)
        self._write(line)

    @property
    def digest(self) -> str:
        """The same for the same content."""
        return self._digest.hexdigest()


def digest_of(data: Callable[[int], bytes]) -> str:
    """The digest of a file that was written so; `data` reads so many bytes of it."""
    digest = hashlib.blake2b(digest_size=16)
    while piece := data(1 << 20):
        digest.update(piece)
    return digest.hexdigest()
