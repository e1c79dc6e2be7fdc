"""The lower bound of a run, from the ids in its trace alone: naive on purpose.

Shares no code with the runtime: reads `.trace.jsonl` lines as JSON, and holds every prefix of every
sequence in a set. DESIGN section 8: needed minus decoded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def calls_of(path: Path) -> list[dict[str, Any]]:
    """The calls of a trace file, as plain JSON; prefills and failed calls are not among them."""
    return [call for call in sent_of(path) if not call.get("error")]


def sent_of(path: Path) -> list[dict[str, Any]]:
    """The calls of a trace file with those that failed or were cancelled, which had begun and got no answer."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [r for r in records if r["type"] == "call" and r["kind"] != "prefill"]


def lower_bound(calls: Iterable[dict[str, Any]]) -> int:
    """Positions that some call needs and that no call decoded."""
    needed: set[tuple[int, ...]] = set()
    decoded: set[tuple[int, ...]] = set()
    for call in calls:
        prompt = tuple(call["prompt"])
        needed.update(prefixes(prompt, 0))
        outputs = call.get("outputs", [])
        fed = call.get("fed") or [len(output) - 1 for output in outputs]
        for output, count in zip(outputs, fed, strict=True):
            decoded.update(prefixes((*prompt, *output[: max(0, count)]), len(prompt)))
        for choice in call.get("choices", []):
            needed.update(prefixes((*prompt, *choice[:-1]), 0))
            if call.get("unconditional") is not None:
                needed.update(prefixes((*call["unconditional"], *choice[:-1]), 0))
    return len(needed - decoded)


def prefixes(ids: tuple[int, ...], after: int) -> Iterable[tuple[int, ...]]:
    """The prefixes of `ids` that are longer than `after`."""
    return (ids[: end + 1] for end in range(after, len(ids)))


def measured(path: Path) -> dict[str, int]:
    """What the backend said it did, prefills included."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    requests = [r for r in records if r["type"] == "call"]
    return {name: sum(r.get(name, 0) for r in requests) for name in ("prefilled", "replayed")}
