"""Results as they come: one JSON object a line, so that what was measured stays when a stage is stopped."""

import json
import time
from pathlib import Path
from typing import Any


class Record:
    """The results file of one run; each stage appends to it."""

    def __init__(self, folder: Path, stage: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "results.jsonl"
        self._stage, self._start = stage, time.perf_counter()

    def add(self, what: str, **numbers: Any) -> None:
        """Write a line, and show it."""
        at = round(time.perf_counter() - self._start, 2)
        line = {"stage": self._stage, "what": what, **numbers, "at_s": at}
        with self._file.open("a") as file:
            file.write(json.dumps(line) + "\n")
        told = "  ".join(f"{name}={_short(value)}" for name, value in numbers.items())
        print(f"[{self._stage} {at:6.1f}s] {what}: {told}", flush=True)


def read(folder: Path) -> list[dict[str, Any]]:
    """All lines of a run."""
    return [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
