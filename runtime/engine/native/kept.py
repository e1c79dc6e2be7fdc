"""Built libraries in the user's cache: each is named after what it was built from and after what is in it.

KEY.DIGEST.so     a library; what it holds has that digest, or it was cut short, or is somebody else's
KEY.failed        what the compiler said: the same source is not built again before a day has passed
"""

import hashlib
import os
import stat
import time
from pathlib import Path

FAILURE_S = (
    24 * 3600.0
)  # how long a failure is remembered: what the compiler lacked may be there by then


class BuildFailed(RuntimeError):
    """The compiler could not build the library, now or a while ago."""


def find(folder: Path, key: str) -> Path | None:
    """The library of a key; what is damaged is removed. Raises PermissionError where others can write to it."""
    for path in sorted(folder.glob(f"{key}.*.so")):
        check_owner(path)
        if path.name == _name(key, path):
            return path
        path.unlink(missing_ok=True)
    return None


def keep(made: Path, key: str) -> Path:
    """Give a library that was just built its name, once it is safely on the disk."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    target = made.with_name(_name(key, made))
    made.replace(target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return target


def check_not_failed(folder: Path, key: str) -> None:
    """Raise BuildFailed if a build of this key has failed not long ago."""
    path = _failure(folder, key)
    if path.exists() and 0 <= time.time() - path.stat().st_mtime < FAILURE_S:
        raise BuildFailed(path.read_text(errors="replace"))


def note_failure(folder: Path, key: str, message: str) -> None:
    """Remember that a build failed, and what the compiler said."""
    _failure(folder, key).write_text(message, errors="replace")


def check_owner(path: Path) -> None:
    """What is loaded runs with the user's rights: nobody else may have written it. Raises PermissionError."""
    found = path.lstat()
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"others can write to `{path}`")


def _name(key: str, library: Path) -> str:
    return f"{key}.{hashlib.sha256(library.read_bytes()).hexdigest()[:32]}.so"


def _failure(folder: Path, key: str) -> Path:
    return folder / f"{key}.failed"
