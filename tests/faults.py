"""Faults of the file system, for tests: a disk that is full after so many bytes, and calls that fail."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes meanwhile: writes are cut short, and then fail."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class Disk:
    """Stands for the module `os` in a module under test: the call number `fails_at` of those in `names` fails.

    A `write` that fails writes `partial` bytes first, as a full disk does.
    """

    def __init__(
        self, names: tuple[str, ...], fails_at: int, code: int = errno.ENOSPC, partial: int = 0
    ) -> None:
        self.names, self.fails_at, self.code, self.partial = names, fails_at, code, partial
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._watched(name, real) if name in self.names else real

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            self.calls += 1
            if self.calls - 1 != self.fails_at:
                return real(*args, **options)
            if name in ("write", "pwrite") and self.partial:
                self.fails_at += 1  # the rest of it is what fails
                part, self.partial = bytes(args[1])[: self.partial], 0
                return real(args[0], part, *args[2:], **options)
            raise OSError(self.code, os.strerror(self.code))

        return call


@contextmanager
def failing(module: ModuleType, disk: Disk) -> Iterator[Disk]:
    """The module has this disk meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "os", disk)
        yield disk
