"""Builds the C kernels with the machine's compiler, once for each source and processor, into the user's cache.

A second or two on the first start; the library is loaded from the cache afterwards. Where there is no compiler, no
folder of the user's own to keep it in, or no bfloat16 dot products, there are no kernels, and torch's operations serve.
"""

import ctypes
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from ...models.folders import cache_folder

SOURCES = tuple(sorted(Path(__file__).parent.glob("*.[ch]")))
NEEDED = "avx512_bf16"  # of the processor, as Linux calls it
FLAGS = ("-O3", "-march=native", "-fopenmp", "-shared", "-fPIC")
SECONDS = 60


@cache
def library() -> ctypes.CDLL | None:
    """The kernels as a library; None where they can't be had."""
    try:
        return ctypes.CDLL(str(_built()))
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return None


def _built() -> Path:
    """The library's file. Raises OSError, RuntimeError (no home folder) or SubprocessError where it can't be built."""
    compiler, processor = shutil.which("cc"), _processor()
    if compiler is None or NEEDED not in processor:
        raise FileNotFoundError("no C compiler, or a processor without bfloat16 dot products")
    folder = cache_folder().parent / "kernels"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{_key(compiler, processor)}.so"
    if not target.exists():
        _compile(compiler, target)
    for path in (folder, target):
        _check_owner(path)
    return target


def _check_owner(path: Path) -> None:
    """What is loaded runs with the user's rights: nobody else may have written it. Raises PermissionError."""
    found = path.lstat()
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"others can write to `{path}`")


def _compile(compiler: str, target: Path) -> None:
    """Write under another name first: several processes may build at once, and one may be killed."""
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".so")
    os.close(handle)
    try:
        files = [str(source) for source in SOURCES if source.suffix == ".c"]
        command = [compiler, *FLAGS, *files, "-o", name, "-lm"]
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


def _processor() -> list[str]:
    """What the processor can do; nothing where the system isn't Linux or the processor is another."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split() for line in lines if line.startswith("flags")), [])


def _key(compiler: str, processor: list[str]) -> str:
    """Changes with the source, the flags, the compiler and the processor."""
    texts = [source.read_text() for source in SOURCES]
    found = [*texts, *FLAGS, str(Path(compiler).resolve()), *processor]
    return hashlib.sha256("\0".join(found).encode()).hexdigest()[:16]
