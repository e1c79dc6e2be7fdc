"""A file of rows, or stdin: read once to know how many there are and what names them, and then row by row.

Whatever its size, a line of it is in memory at a time.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from ..plan.schema import PlanProgram
from .formats import Format, format_of
from .rows import Row, new_digest, unreadable

HEAD = 1 << 16
CHECKED = 1024
"""After how many rows the file is looked at again: whether it is still the one that was opened."""
STDIN = "<stdin>"


class RowFile:
    """The rows of a file. `note` says where it holds another format than its name says. Close it."""

    def __init__(self, stream: BinaryIO, name: str, program: PlanProgram) -> None:
        self._stream, self._name, self._program = stream, name, program
        self._format: Format
        self._format, self.note = format_of(stream.read(HEAD), name, program)
        self._stamp = self._looks()
        self.digest = self._digest()
        stream.seek(0)
        self.count = self._format.count(stream)

    @classmethod
    def open(cls, path: Path, program: PlanProgram) -> RowFile:
        """The rows of a file; `-` is stdin. Raises RunError (SGL3607), OSError."""
        stream = _spooled() if path == Path("-") else path.open("rb")
        name = STDIN if path == Path("-") else str(path)
        try:
            with _naming(name):
                if not stream.seekable():
                    stream = _copied(stream)
                return cls(stream, name, program)
        except BaseException:
            stream.close()
            raise

    def rows(self) -> Iterator[Row]:
        """The rows, from the first. Raises RunError (SGL3607) when the file has changed since it was opened."""
        self._stream.seek(0)
        rows = self._format.rows(self._stream, self._program)
        while (row := self._next(rows)) is not None:
            if row.row % CHECKED == 0 and self._looks() != self._stamp:
                raise unreadable(
                    f"`{self._name}` changed while its rows were run",
                    "`--resume` needs the old rows",
                )
            yield row

    def _next(self, rows: Iterator[Row]) -> Row | None:
        with _naming(self._name):
            return next(rows, None)

    def _digest(self) -> str:
        digest = new_digest()
        self._stream.seek(0)
        while piece := self._stream.read(1 << 20):
            digest.update(piece)
        return digest.hexdigest()

    def _looks(self) -> tuple[int, int]:
        found = os.fstat(self._stream.fileno())
        return found.st_size, found.st_mtime_ns

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def __enter__(self) -> RowFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Errors of reading name the file, as those of a stream don't by themselves."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise OSError(error.errno, error.strerror, name) from error
        raise


def _spooled() -> BinaryIO:
    """Stdin, kept on the disk: it is read twice."""
    if sys.stdin is None:
        raise OSError(9, os.strerror(9), STDIN)
    return _copied(sys.stdin.buffer)


def _copied(stream: BinaryIO) -> BinaryIO:
    kept = cast("BinaryIO", tempfile.TemporaryFile())
    shutil.copyfileobj(stream, kept)
    kept.seek(0)
    return kept


def read_rows(path: Path, program: PlanProgram) -> list[Row]:
    """All rows of a file, in memory. Raises RunError (SGL3607), OSError."""
    with RowFile.open(path, program) as file:
        return list(file.rows())
