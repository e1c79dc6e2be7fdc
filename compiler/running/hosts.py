"""Host functions from a file: the only place where the command line imports the user's code."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...ir.diagnostic import CompileFailed, Diagnostic


def load_hosts(files: Iterable[Path]) -> dict[str, Callable[..., Any]]:
    """The functions that the files define, by name. Raises CompileFailed (SGL2040), OSError."""
    found: dict[str, Callable[..., Any]] = {}
    for file in files:
        module = imported(file)
        found |= {
            name: value
            for name, value in vars(module).items()
            if callable(value) and not name.startswith("_")
        }
    return found


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """Python does not notice that the disk is full where it keeps what it compiled, and then can't import it again."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def imported(file: Path) -> object:
    """The module of a file that the command line names. Raises CompileFailed (SGL2040), OSError."""
    file.stat()  # a missing file is an I/O error, not a failing import
    name = f"sglc_hosts_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise CompileFailed([Diagnostic("SGL2040", f"`{file}` is not a Python file")])
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with _nothing_kept():
            spec.loader.exec_module(module)
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        line = getattr(error, "lineno", None) or frame.lineno
        raise CompileFailed(
            [
                Diagnostic(
                    "SGL2040",
                    f"`{file}` can't be imported: {type(error).__name__}: {error}",
                    helps=(f"the error is at {file}:{line}",),
                )
            ]
        ) from error
    return module
