"""The same files at a git revision: a checkout beside this one, for as long as it is read."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


class RevisionError(Exception):
    """A revision that can't be read, with the reason."""


@contextmanager
def files_at(revision: str, paths: Sequence[Path]) -> Iterator[list[Path]]:
    """The paths as they stood at a revision; those that did not exist are left out. Raises RevisionError."""
    if revision.startswith("-"):
        raise RevisionError("a revision does not begin with a dash")
    first = Path(os.path.realpath(paths[0] if paths else "."))
    folder = first if first.is_dir() else first.parent
    top = Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
    archive = _git(top, "archive", "--format=tar", revision)
    with TemporaryDirectory(prefix="sglc-") as scratch:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(scratch, filter="data")
        places = map(os.path.realpath, paths or [Path(".")])
        moved = [Path(scratch) / Path(place).relative_to(top) for place in places]
        yield [path for path in moved if path.exists()]


def _git(folder: Path, *words: str) -> bytes:
    try:
        return subprocess.run(["git", *words], cwd=folder, capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise RevisionError("git is not installed") from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip().splitlines()
        raise RevisionError(reason[-1] if reason else "git failed") from None
