"""Each source that Python and its well-known packages have, read into a prompt once (`data/sources.txt`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from generated_ways import page

SOURCES = Path(__file__).resolve().parent / "data" / "sources.txt"
_CODES = {
    "time": "PFX101 PFX201",
    "rand": "PFX102 PFX205 PFX301",
    "host": "PFX105 PFX201",
}
_WAY = """{imported}
def head():
    return f"{{{expression}}} {{RULES}}"  # SRCLINE
--- head()
"""


def sources() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Name, depth and files: one module for each source."""
    for number, line in enumerate(SOURCES.read_text().splitlines()[1:]):
        kind, _, rest = line.partition(": ")
        imported, _, expression = rest.partition("|")
        words = re.sub(r"\W+", "_", expression).strip("_")[:40]
        body = _WAY.format(imported=imported, expression=expression.replace('"', "'"))
        name = f"source_{kind}_{number:03}_{words}"
        yield name, "-", {"agent.py": page(name, body, "", f"  # want: {_CODES[kind]}")}
