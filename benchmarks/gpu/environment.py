"""Stage 1: what the machine is, in a line, and whether Triton can compile and run anything on it."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
import triton
import triton.language as tl

from .record import Record

PACKAGES = ("torch", "triton", "transformers", "numpy", "msgspec", "xgrammar", "flashinfer-python")


@triton.jit
def double_kernel(x, out, count, BLOCK: tl.constexpr):
    """Twice each number."""
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    value = tl.load(x + at, mask=at < count, other=0.0)
    tl.store(out + at, value * 2, mask=at < count)


def measure(record: Record) -> None:
    """One line, and one kernel."""
    cuda = torch.cuda.is_available()
    card = torch.cuda.get_device_properties(0) if cuda else None
    record.add(
        "environment",
        card=card.name if card else "none",
        memory_mib=card.total_memory >> 20 if card else 0,
        multiprocessors=card.multi_processor_count if card else 0,
        driver=_line("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"),
        nvcc=_line("nvcc", "--version").split(" ")[-1],
        python=platform.python_version(),
        revision=_line("git", "rev-parse", "--short", "HEAD") or Path("REVISION").name,
        **{name.replace("-", "_"): _version(name) for name in PACKAGES},
    )
    x = torch.arange(1000, dtype=torch.float32, device="cuda" if cuda else "cpu")
    out = torch.full_like(x, -1.0)
    launched: Any = double_kernel[(4,)]  # the compiler's own types say nothing of that
    launched(x, out, len(x), BLOCK=256)
    record.add("a kernel of two lines", right=bool(torch.equal(out, x * 2)))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _line(*command: str) -> str:
    """The last line that a command prints; nothing where there is no such command."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = done.stdout.strip().splitlines()
    return lines[-1] if done.returncode == 0 and lines else ""
