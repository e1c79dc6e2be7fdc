"""Benchmark results as files: JSON for programs, Markdown for people, with their date and machine."""

import json
import math
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = ("torch", "transformers", "xgrammar", "triton")


def environment() -> dict[str, Any]:
    """Date, processor, versions and revision of this measurement."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "revision": _revision(),
    }


def headline(found: dict[str, Any]) -> str:
    """The environment as a paragraph."""
    packages = ", ".join(f"{name} {number}" for name, number in found["packages"].items())
    where = f"{found['processor']}, {found['cores']} cores"
    return f"{found['date']} · {where} · Python {found['python']}, {packages} · revision {found['revision']}\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are figures."""
    lines = [" | ".join(head), " | ".join(["---", *["---:"] * (len(head) - 1)])]
    lines += [" | ".join(row) for row in rows]
    return "".join(f"| {line} |\n" for line in lines)


def load() -> float:
    """Processes that want a core just now."""
    return os.getloadavg()[0]


def geomean(ratios: Sequence[float]) -> float:
    """The geometric mean."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def write(name: str, data: dict[str, Any], page: str, folder: Path = RESULTS) -> Path:
    """Write `name.json` and `name.md`; returns the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(data, indent=1) + "\n")
    target = folder / f"{name}.md"
    target.write_text(page)
    return target


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or platform.machine()
    lines = info.read_text().splitlines()
    fields = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)
    }
    extra = [
        flag
        for flag in ("avx512_bf16", "amx_bf16", "avx2")
        if flag in fields.get("flags", "").split()
    ]
    return (
        f"{fields.get('model name', platform.machine())} ({extra[0]})"
        if extra
        else fields.get("model name", "")
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _revision() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=RESULTS.parent, check=False)
    return done.stdout.strip() or "unknown"
