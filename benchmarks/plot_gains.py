"""Draws what a server gains from its results: time by hand over ours, and prompt tokens that the server computed.

python -m benchmarks.plot_gains [--name gains]
"""

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from .plot import bare
from .results import RESULTS, geomean

HAND, OURS, LEAST, LINE = "#9aa5b1", "#2a6f97", "#c8553d", "#222222"


def draw(data: dict[str, Any], target: Path) -> None:
    """Two panels with one row for each program, the first: the ratio of times, and prefilled tokens of both sides."""
    mpl.rcParams.update({"font.size": 9, "svg.fonttype": "none", "svg.hashsalt": "sglc"})
    rows = list({row["of"]: row for row in data["rows"][::-1]}.values())
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(11, 0.42 * len(rows) + 1.6), sharey=True, width_ratios=(3, 3)
    )
    _ratios(left, rows)
    _tokens(right, rows)
    left.set_yticks(range(len(rows)), [row["program"] for row in rows])
    where = data["environment"]
    about = f"{data['server']}, {where['processor']}, {where['cores']} cores, {where['date']}"
    figure.suptitle(about, fontsize=9)
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None}, dpi=120)
    plt.close(figure)


def _ratios(axes: Axes, rows: list[dict[str, Any]]) -> None:
    ratios = [min(r["sides"]["by hand"]["times"]) / min(r["sides"]["-O1"]["times"]) for r in rows]
    axes.barh(range(len(rows)), ratios, color=OURS, height=0.62)
    for y, ratio in enumerate(ratios):
        axes.text(ratio + 0.03, y, f"{ratio:.2f}", va="center")
    axes.axvline(1, color=LINE, linewidth=0.7, linestyle=":")
    axes.set_xlabel(f"time by hand over ours (geometric mean {geomean(ratios):.2f})")
    bare(axes)


def _tokens(axes: Axes, rows: list[dict[str, Any]]) -> None:
    for y, row in enumerate(rows):
        for side, color, up in (("by hand", HAND, 0.17), ("-O1", OURS, -0.17)):
            counts = row["sides"][side]["counts"]
            axes.barh(y + up, counts["prompt"] - counts["cached"], color=color, height=0.32)
        axes.plot([row["least"]] * 2, [y - 0.42, y + 0.42], color=LEAST, linewidth=1.4)
    axes.set_xlabel("prompt tokens computed: by hand, ours, and the least in blocks (mark)")
    bare(axes)


def main() -> None:
    """Write `results/NAME.svg`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plot_gains")
    parser.add_argument("--name", default="gains")
    name = parser.parse_args().name
    draw(json.loads((RESULTS / f"{name}.json").read_text()), RESULTS / f"{name}.svg")


if __name__ == "__main__":
    main()
