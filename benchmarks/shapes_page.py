"""The page of `shapes`: its rows, what is asked of each, and how they are written down."""

import math
import statistics
from typing import Any

from . import floors, results
from .contenders import Ours
from .turns import ALIKE
from .watched import REST, STAGES
from .workloads import OWN, PREFIX, ROWS, Row, shared

# What is asked of a row: at most so many times its floor, alone and in a batch; and vLLM's time over ours.
ALONE, TOGETHER, RATIO = 1.6, 1.3, 1.2
ARMS = Row(
    "arms-64",
    "64 requests at once, 2,500-token prefix, 32 tokens each",
    RATIO,
    [
        floors.prefill(PREFIX, logits=0),
        floors.extend(64, OWN, PREFIX),
        floors.decode(64, 31, OWN, PREFIX),
    ],
    asks=shared(64, 32),
)
MEASURED = (
    *("decode-1", "decode-8", "decode-32", "prefill", "shared-32", "json-32", "fork-8", "judge"),
)
ALL = (*(row for row in ROWS if row.name in MEASURED), ARMS)

HEAD = (
    *("", "sglc, s", "vLLM, s", "ratio", "in pairs", "x floor", "from", "judged"),
    *(*STAGES.values(), REST, "load", "GFLOP/s; GB/s"),
)

NOTE = """
Both sides bfloat16, 2 threads, prefix caching on, in turns, after a repetition that is not counted; ° where that one
counts and is the only one, since it takes long. Weights are random but SmolLM2's; sizes are the models' own.

- **ratio**: vLLM's best time over our best, at least {ratio} asked for. In pairs: the median of neighbours' ratios, of
  so many pairs between which the machine stayed as it was.
- **x floor**: our time over the least that this machine could take for the row, from the rates right before and after
  each repetition; the median over those that are judged, and from the least to the most. A repetition isn't judged
  where memory's rate changed meanwhile so much that its two floors are more than {alike} times each other. Asked for
  are at most {together}, and {alone} for a single stream. Where none is judged all count, and the figure says little.

Bold: not reached. What follows says of what our best time is made, in seconds: forwards of the model, logits and
choice of tokens, planning of attention, scheduling, and what the engine waited for those who ask. Load: how many
threads wanted a core in the minute before the row; two are the rows' own. Rates: matrix products, and memory from the
slowest to the fastest moment beside ours.
"""


def page(data: dict[str, Any]) -> str:
    """The results as Markdown."""
    note = NOTE.format(ratio=RATIO, together=TOGETHER, alone=ALONE, alike=ALIKE)
    shapes: dict[str, dict[str, Any]] = data["shapes"]
    text = f"# Shapes\n\n{results.headline(data['environment'])}{note}vLLM: {data['vllm'] or 'not run'}.\n"
    for shape, rows in shapes.items():
        lines = [cells(rows[row.name]) for row in ALL if row.name in rows]
        text += f"\n## {shape}\n\n{results.table(HEAD, lines)}"
    return text


def limit(name: str) -> float:
    """How many times its floor a row may take."""
    return ALONE if name == "decode-1" else TOGETHER


def cells(row: dict[str, Any]) -> list[str]:
    """A row's line of its table."""
    times = {t["side"]: math.inf for t in row["turns"]}
    for turn in row["turns"]:
        times[turn["side"]] = min(times[turn["side"]], turn["seconds"])
    names = sorted(times, key=lambda side: (side != Ours.name, times[side]))
    figures = [f"{times[name]:.2f}{_mark(name not in row['cold'])}" for name in names]
    pairs = f"{statistics.median(row['pairs']):.2f} ({len(row['pairs'])})" if row["pairs"] else "-"
    low, high = row["spread"]
    return [
        row["title"],
        *[*figures, "-"][:2],
        _figure(row["ratio"], row["ratio"] is None or row["ratio"] >= RATIO),
        pairs,
        _figure(row["x_floor"], row["x_floor"] <= limit(row["name"])),
        f"{low:.2f} to {high:.2f}",
        f"{row['judged']} of {row['taken']}",
        *(f"{seconds:.2f}" for seconds in row["stages"].values()),
        f"{row['load']:.1f}",
        _rates(row),
    ]


def _rates(row: dict[str, Any]) -> str:
    """Of products, and of memory at its lowest and its highest beside ours."""
    found = [
        t[when] for t in row["turns"] if t["side"] == Ours.name for when in ("before", "after")
    ]
    return f"{row['products'] / 1e9:.0f}; {min(found) / 1e9:.0f} to {max(found) / 1e9:.0f}"


def _mark(is_warm: bool) -> str:
    return "" if is_warm else "°"


def _figure(value: float | None, is_reached: bool) -> str:
    text = "-" if value is None else f"{value:.2f}"
    return text if is_reached else f"**{text}**"
