"""Builds the C kernels with the machine's compiler, once for each source and processor, into the user's cache.

A second or two on the first start; the library is loaded from the cache afterwards. Where there is no compiler, no
folder of the user's own to keep it in, or no bfloat16 dot products, there are no kernels, and torch's operations serve.
"""

import contextlib
import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from ...models.folders import cache_folder
from . import kept

SOURCES = tuple(sorted(Path(__file__).parent.glob("*.[ch]")))
NEEDED = "avx512_bf16"  # of the processor, as Linux calls it
FLAGS = ("-O3", "-march=native", "-pthread", "-shared", "-fPIC")
SECONDS = 60.0


@cache
def library() -> ctypes.CDLL | None:
    """The kernels as a library; None where they can't be had."""
    try:
        return ctypes.CDLL(str(_built()))
    except (OSError, RuntimeError):
        return None


def _built() -> Path:
    """The library's file. Raises OSError, or RuntimeError (no home folder, BuildFailed) where it can't be built."""
    compiler, processor = shutil.which("cc"), _processor()
    if compiler is None or NEEDED not in processor:
        raise FileNotFoundError("no C compiler, or a processor without bfloat16 dot products")
    folder = cache_folder().parent / "kernels"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept.check_owner(folder)
    key = _key(compiler, processor)
    found = kept.find(folder, key)
    if found is None:
        kept.check_not_failed(folder, key)
        found = _build(compiler, folder, key)
    return found


def _build(compiler: str, folder: Path, key: str) -> Path:
    """Write under another name first: several processes may build at once, and one may be killed."""
    handle, name = tempfile.mkstemp(dir=folder, suffix=".tmp")
    os.close(handle)
    try:
        _compile(compiler, name)
        return kept.keep(Path(name), key)
    except kept.BuildFailed as error:
        kept.note_failure(folder, key, str(error))
        raise
    finally:
        Path(name).unlink(missing_ok=True)


def _compile(compiler: str, output: str) -> None:
    """Run the compiler in a group of its own, which ends as a whole. Raises BuildFailed."""
    files = [str(source) for source in SOURCES if source.suffix == ".c"]
    process = subprocess.Popen(
        [compiler, *FLAGS, *files, "-o", output, "-lm"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, said = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise kept.BuildFailed(f"`{compiler}` took more than {SECONDS:g} seconds") from None
    finally:
        _end_group(process)
    if process.returncode != 0:
        raise kept.BuildFailed(said.decode(errors="replace"))


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the compiler and what it has started, whatever is left of them."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _processor() -> list[str]:
    """What the processor can do; nothing where the system isn't Linux or the processor is another."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split() for line in lines if line.startswith("flags")), [])


def _key(compiler: str, processor: list[str]) -> str:
    """Changes with the source, the flags, the compiler (another version is another file) and the processor."""
    texts = [source.read_text() for source in SOURCES]
    path = Path(compiler).resolve()
    state = path.stat()
    found = [*texts, *FLAGS, str(path), f"{state.st_size} {state.st_mtime_ns}", *processor]
    return hashlib.sha256("\0".join(found).encode()).hexdigest()[:16]
