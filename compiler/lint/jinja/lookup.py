"""Templates by the end of their paths."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile

from .parse import Parsed


def find(others: Mapping[str, Parsed], name: str, near: str = "") -> Parsed | None:
    """A template by the end of its path; of several, the one nearest to the file that names it."""
    ending = name.replace("\\", "/").lstrip("./")
    paths = {file: file.replace("\\", "/") for file in others}
    found = [file for file, path in paths.items() if f"/{path}".endswith(f"/{ending}")]
    if not found:
        return None
    here = near.replace("\\", "/")
    return others[max(found, key=lambda file: _shared_folders(paths[file], here))]


def _shared_folders(one: str, other: str) -> int:
    pairs = zip(one.split("/"), other.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
