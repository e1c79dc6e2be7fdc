"""Draws the comparison with vLLM from its results: how many times as fast, and against the floor.

python -m benchmarks.plot [--name peers]
"""

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from .results import RESULTS

REACHED, MISSED, ASKED = "#2a6f97", "#c8553d", "#222222"


def draw(data: dict[str, Any], target: Path) -> None:
    """Two panels with one row for each workload: the ratio to vLLM, and our time over the floor."""
    mpl.rcParams.update({"font.size": 9, "svg.fonttype": "none", "svg.hashsalt": "sglc"})
    rows = data["rows"][::-1]
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(11, 0.42 * len(rows) + 1.4), sharey=True, width_ratios=(3, 2)
    )
    _ratios(left, rows)
    _floors(right, rows)
    left.set_yticks(range(len(rows)), [_label(row["title"]) for row in rows])
    where = data["environment"]
    figure.suptitle(f"{where['processor']}, {where['cores']} cores, {where['date']}", fontsize=9)
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None} if target.suffix == ".svg" else None, dpi=120)
    plt.close(figure)


def _ratios(axes: Axes, rows: list[dict[str, Any]]) -> None:
    for y, row in enumerate(rows):
        ratio = row["ratio"]
        if ratio is None:
            axes.text(0.05, y, "not run", va="center", color=MISSED)
            continue
        axes.barh(y, ratio, color=REACHED if ratio >= row["bar"] else MISSED, height=0.62)
        axes.text(max(ratio, row["bar"]) + 0.06, y, f"{ratio:.2f}", va="center")
        axes.plot([row["bar"]] * 2, [y - 0.42, y + 0.42], color=ASKED, linewidth=1.6)
    axes.axvline(1, color=ASKED, linewidth=0.7, linestyle=":")
    axes.set_xlabel("vLLM's time over ours (black mark: what is asked for)")
    bare(axes)


def _floors(axes: Axes, rows: list[dict[str, Any]]) -> None:
    for y, row in enumerate(rows):
        axes.barh(y, row["x_floor"], color="#9aa5b1", height=0.62)
        axes.text(row["x_floor"] + 0.06, y, f"{row['x_floor']:.2f}", va="center")
    axes.axvline(1, color=ASKED, linewidth=0.7, linestyle=":")
    axes.set_xlabel("our time over the machine's floor (1 can't be passed)")
    bare(axes)


def bare(axes: Axes) -> None:
    """Take away what frames the bars."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.1)


def _label(title: str, width: int = 44) -> str:
    """A title on two lines where it is long."""
    if len(title) <= width:
        return title
    cut = title.rfind(" ", 0, len(title) // 2 + 6)
    return f"{title[:cut]}\n{title[cut + 1 :]}"


def main() -> None:
    """Write `results/NAME.svg`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plot", description=main.__doc__)
    parser.add_argument("--name", default="peers")
    parser.add_argument("--format", default="svg", choices=["svg", "png"])
    options = parser.parse_args()
    data = json.loads((RESULTS / f"{options.name}.json").read_text())
    draw(data, RESULTS / f"{options.name}.{options.format}")


if __name__ == "__main__":
    main()
