"""Which source files a command line means: files as they are, folders with everything in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

_SKIPPED = frozenset({"node_modules", "__pycache__", "build", "dist"})


def sources_in(paths: Sequence[Path], suffix: str = ".sgl") -> Iterator[Path]:
    """The files of a suffix under some paths, sorted, each once; hidden folders are skipped."""
    seen: set[Path] = set()
    for path in paths or (Path("."),):
        found = [path] if not path.is_dir() else sorted(path.rglob(f"*{suffix}"))
        for file in found:
            inner = file.relative_to(path).parts[:-1] if path.is_dir() else ()
            if any(part.startswith(".") or part in _SKIPPED for part in inner):
                continue
            if file not in seen:
                seen.add(file)
                yield file
