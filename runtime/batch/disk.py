"""A file that only grows, line by line, and that one process has at a time.

Each line is written in one piece or not at all: where the disk is full, what was begun of it is taken back. The
lock is the operating system's, so that it ends with its owner, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..plan.errors import RunError

PIECE = 1 << 20


class Appended:
    """An open file with its lock. Close it."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path, self._handle = path, handle
        self.size = os.fstat(handle).st_size

    @classmethod
    def open(cls, path: Path) -> Appended:
        """Open a file, made where there is none. Raises RunError (SGL3605; SGL3608: a process has it), OSError."""
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                _check_is_file(path, handle)
                _lock(path, handle)
                if _is_still(path, handle):
                    return cls(path, handle)
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)

    # --- reading ----------------------------------------------------------------------------------

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """The whole lines, each with where it begins; half a line at the end is not one."""
        begun, at, rest = 0, 0, b""
        while piece := os.pread(self._handle, PIECE, at):
            at += len(piece)
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield begun, line + b"\n"
                begun += len(line) + 1

    def line_at(self, place: int) -> bytes:
        """The line that begins at a place."""
        found, size = b"", 4096
        while b"\n" not in found:
            found = os.pread(self._handle, size, place)
            if len(found) < size and b"\n" not in found:
                raise OSError(5, "the file was cut short meanwhile", str(self.path))
            size *= 4
        return found.partition(b"\n")[0]

    def head(self, size: int) -> bytes:
        """The first bytes."""
        return os.pread(self._handle, size, 0)

    # --- writing ----------------------------------------------------------------------------------

    def append(self, line: bytes) -> int:
        """Write one line at the end; where it begins. Raises OSError, and then nothing of it is there."""
        begun = self.size
        with self._named():
            try:
                at = 0
                while at < len(line):
                    at += os.pwrite(self._handle, line[at:], begun + at)
            except BaseException:
                with suppress(OSError):
                    os.ftruncate(self._handle, begun)
                raise
        self.size = begun + len(line)
        return begun

    def cut(self, size: int) -> None:
        """Take away everything behind the first bytes."""
        if size != self.size:
            with self._named():
                os.ftruncate(self._handle, size)
            self.size = size

    def replace(self, data: bytes) -> None:
        """Put other content in the place of all that is there, at once. The lock is over then: close it."""
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        with self._named():
            try:
                with beside.open("wb") as stream:
                    stream.write(data)
                    stream.flush()
                    os.fsync(stream.fileno())
                os.replace(beside, self.path)
            except OSError:
                with suppress(OSError):
                    beside.unlink()
                raise

    def sync(self) -> None:
        """Have everything on the disk."""
        with self._named():
            os.fsync(self._handle)

    def close(self) -> None:
        """Have everything on the disk, and let others have the file."""
        try:
            self.sync()
        finally:
            os.close(self._handle)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Errors say which file it is."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error


def _check_is_file(path: Path, handle: int) -> None:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise RunError(
            "SGL3605",
            f"`{path}` is a device or a pipe, and can't keep the rows that are done",
            "name an `--output` in a folder",
        )


def _lock(path: Path, handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunError(
            "SGL3608",
            f"another process is working with `{path}`",
            "wait until it is done, or name another `--output`",
        ) from None


def _is_still(path: Path, handle: int) -> bool:
    """Whether the file that is locked is the one of that name: another process may have replaced it meanwhile."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(handle), path.stat())
    return False
