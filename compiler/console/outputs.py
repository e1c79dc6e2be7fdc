"""Files that a command writes: whole or not at all, and never in the place of what they must not replace.

A file is written beside its place and then renamed, with the mode that the old one had; where the place is a
link, what it leads to is replaced and the link stays. What is no file, such as a device or a pipe, is written to.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from .failures import UsageError
from .terminal import write_out

STDOUT = Path("-")
_ALSO_STDOUT = (Path("/dev/stdout"), Path("/dev/fd/1"), Path("/proc/self/fd/1"))
_DEVICES = (Path("/dev"), Path("/proc"))


def is_stdout(path: Path | None) -> bool:
    """Whether data goes to stdout: no path at all, `-`, or what systems call it."""
    return path is None or path == STDOUT or path in _ALSO_STDOUT


def is_file(path: Path) -> bool:
    """Whether a path is a file, or may become one; not a device, a pipe or a socket. Raises UsageError, OSError."""
    if any(folder in path.absolute().parents for folder in _DEVICES):
        return False  # also where it leads to a file: another process has that open
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        _check_folder(path)
        return True
    if stat.S_ISDIR(mode):
        raise UsageError("SGL2080", f"`{path}` is a folder", "name a file in it")
    return stat.S_ISREG(mode)


def check_outputs(outputs: Mapping[str, Path | None], inputs: Iterable[Path]) -> None:
    """Whether outputs can be written without harm to what is read, or to each other.

    `outputs` are paths by option; where none of them is there, nobody asks what the `inputs` are. Nothing is written.
    Raises UsageError (SGL2080, SGL2081), OSError.
    """
    given = {option: path for option, path in outputs.items() if path is not None}
    may_replace = any(path.exists() for path in given.values())
    read = [path for path in inputs if path != STDOUT] if may_replace else []
    taken: list[tuple[str, Path]] = []
    for option, path in given.items():
        if is_stdout(path):
            path = STDOUT
        else:
            if not is_file(path):
                continue
            _check_writable(path)
            for other in read:
                if _is_same(path, other):
                    _refuse(option, path, f"`{other}`, which is read")
        for name, other in taken:
            if _is_same(path, other):
                _refuse(option, path, f"where {name if ' ' in name else f'`{name}`'} goes")
        taken.append((option, path))


def _refuse(option: str, path: Path, what: str) -> None:
    place = "stdout" if path == STDOUT else f"`{path}`"
    name = option if " " in option else f"`{option}`"
    raise UsageError("SGL2081", f"{name} {place} is {what}", "name another file")


def _is_same(one: Path, other: Path) -> bool:
    """Whether two paths are one file, through links too."""
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    with suppress(OSError):
        return os.path.samefile(one, other)
    return False


def _check_folder(path: Path) -> None:
    """Whether a new file can be made at a path."""
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        raise FileNotFoundError(2, os.strerror(2), str(folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(13, os.strerror(13), str(folder))


def _check_writable(path: Path) -> None:
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(13, os.strerror(13), str(path))


def write_file(path: Path | None, data: str | bytes) -> None:
    """Write data: to stdout for no path and `-`, whole to a file. Raises UsageError, OSError with the file's name."""
    if path is None or is_stdout(path):
        write_out(data)
        return
    with replacing(path) as stream:
        stream.write(data.encode("utf-8") if isinstance(data, str) else data)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content becomes the file when the body ends well, and leaves no trace when it does not."""
    with naming(path):
        if not is_file(path):
            with written_to(path) as stream:
                yield stream
            return
        _check_writable(path)
        place = Path(os.path.realpath(path))
        handle, name = tempfile.mkstemp(prefix=f".{place.name[:100]}.", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield cast("BinaryIO", stream)
                stream.flush()
                _dress(stream.fileno(), place)
                os.fsync(stream.fileno())
            os.replace(name, place)
            _sync_folder(place.parent)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise


@contextmanager
def written_to(path: Path) -> Iterator[BinaryIO]:
    """A device or a pipe, to be written to as it is: nothing that is there is cut off."""
    with naming(path):
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(handle, "wb", buffering=0) as stream:
            yield cast("BinaryIO", stream)


def _dress(handle: int, place: Path) -> None:
    """Mode and owner of the file that is replaced; of a new one what the process gives its files."""
    try:
        old = place.stat()
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        os.fchmod(handle, 0o666 & ~mask)
        return
    with suppress(PermissionError):  # only the owner's own group and root may
        os.fchown(handle, old.st_uid, old.st_gid)
    os.fchmod(handle, stat.S_IMODE(old.st_mode))


def _sync_folder(folder: Path) -> None:
    """Have a new name on the disk, before anything is done that relies on it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # not every file system can
        pass
    finally:
        os.close(handle)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Errors of the operating system name this file, as those of a full disk don't by themselves."""
    try:
        yield
    except OSError as error:
        if error.filename is None or f".{os.path.basename(os.path.realpath(path))[:100]}." in str(
            error.filename
        ):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def read_stdin() -> bytes:
    """All of stdin. Raises OSError where it is closed."""
    if sys.stdin is None:
        raise OSError(9, os.strerror(9), "<stdin>")
    return sys.stdin.buffer.read()
