"""Files as they stood at a git revision, in a folder of their own, so that imports and texts are found."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ...ir.diagnostic import CompileFailed, Diagnostic


@contextmanager
def at_revision(path: Path, revision: str) -> Iterator[Path]:
    """The path of a file as it stood at `revision`. Raises CompileFailed (SGL2060)."""
    folder = Path(os.path.realpath(path)).parent
    if revision.startswith("-"):
        raise _failed(path, revision, "a revision does not begin with a dash")
    archive = _git(path, revision, folder, "archive", "--format=tar", revision, ".")
    with TemporaryDirectory(prefix="sglc-") as scratch:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(scratch, filter="data")
        found = Path(scratch) / path.name
        if not found.exists():
            raise _failed(path, revision, "the file was not there then")
        yield found


def _git(path: Path, revision: str, folder: Path, *words: str) -> bytes:
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=True)
    except FileNotFoundError:
        raise _failed(path, revision, "git is not installed") from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip().splitlines()
        raise _failed(path, revision, reason[-1] if reason else "git failed") from None
    return done.stdout


def _failed(path: Path, revision: str, why: str) -> CompileFailed:
    help = "`--diff` takes a level such as `O0`, a pass to leave out, a file, or a git revision"
    message = f"`{path}` at `{revision}` can't be read: {why}"
    return CompileFailed([Diagnostic("SGL2060", message, helps=(help,))])
