"""Builds the C kernels with the machine's compiler, once for each source and processor, into the user's cache.

A second or two on the first start; the library is loaded from the cache afterwards. Where there is no compiler, or the
processor lacks bfloat16 dot products, there are no kernels, and torch's operations serve.
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from ...models import cache_folder

SOURCE = Path(__file__).with_name("kernels.c")
FLAGS = ("-O3", "-march=native", "-fopenmp", "-shared", "-fPIC")
SECONDS = 60


@cache
def library() -> ctypes.CDLL | None:
    """The kernels as a library; None where they can't be had."""
    try:
        return ctypes.CDLL(str(_built()))
    except (OSError, subprocess.SubprocessError):
        return None


def _built() -> Path:
    """The library's file. Raises OSError or SubprocessError where it can't be built."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise FileNotFoundError("no C compiler")
    target = cache_folder().parent / "kernels" / f"{_key(compiler)}.so"
    if not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _compile(compiler, target)
    return target


def _compile(compiler: str, target: Path) -> None:
    """Write under another name first: several processes may build at once, and one may be killed."""
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".so")
    os.close(handle)
    try:
        command = [compiler, *FLAGS, str(SOURCE), "-o", name, "-lm"]
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


def _key(compiler: str) -> str:
    """Changes with the source, the flags, the compiler and the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line for line in lines if line.startswith("flags")), "")
    found = [SOURCE.read_text(), *FLAGS, str(Path(compiler).resolve()), processor]
    return hashlib.sha256("\0".join(found).encode()).hexdigest()[:16]
