"""Stage 6: all results as a table of Markdown, with what a step's floor makes of them."""

from pathlib import Path
from typing import Any

from .record import read

Line = dict[str, Any]
HIDDEN = ("stage", "what", "at_s")


def table(folder: Path) -> str:
    """The results of a run, one row each, those of one kind together."""
    lines = read(folder)
    floors = next((line for line in lines if line["what"] == "floors"), {})
    kinds = list(dict.fromkeys((line["stage"], line["what"]) for line in lines))
    parts = [_kind([x for x in lines if (x["stage"], x["what"]) == kind], floors) for kind in kinds]
    return "\n\n".join(parts) + "\n"


def _kind(lines: list[Line], floors: Line) -> str:
    rows = [_with_floor(line, floors) for line in lines]
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = [
        f"**{lines[0]['what']}**",
        "",
        "| " + " | ".join(names) + " |",
        "|---" * len(names) + "|",
    ]
    return "\n".join(
        head + ["| " + " | ".join(_cell(row.get(n)) for n in names) + " |" for row in rows]
    )


def _with_floor(line: Line, floors: Line) -> Line:
    """A rate beside the card's own."""
    found = {name: value for name, value in line.items() if name not in HIDDEN}
    for name, floor in (("graph_gb_s", "copy_gb_s"), ("tflop_s", "product_tflop_s")):
        if name in found and floor in floors:
            found["of floor"] = f"{found[name] / floors[floor]:.0%}"
    return found


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
