"""Draws our time over the floor for models of several shapes, from the results of `shapes`.

python -m benchmarks.plot_shapes
"""

import json
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from .plot import ASKED, MISSED, REACHED, bare
from .results import RESULTS
from .shapes import NAME
from .shapes_page import ALL, limit


def main() -> None:
    """Write `results/shapes.svg`: a panel for each shape, a bar for each row, a mark at what is asked for."""
    mpl.rcParams.update({"font.size": 9, "svg.fonttype": "none", "svg.hashsalt": "sglc"})
    data: dict[str, Any] = json.loads((RESULTS / f"{NAME}.json").read_text())
    shapes: dict[str, dict[str, Any]] = data["shapes"]
    figure, panels = plt.subplots(
        1, len(shapes), figsize=(3 * len(shapes) + 1, 3.4), sharey=True, squeeze=False
    )
    for axes, (shape, rows) in zip(panels[0], shapes.items(), strict=True):
        _panel(axes, rows)
        axes.set_title(shape, fontsize=9)
    figure.supxlabel(
        "our time over the machine's floor (black mark: what is asked for)", fontsize=9
    )
    figure.tight_layout()
    figure.savefig(RESULTS / f"{NAME}.svg", metadata={"Date": None})
    plt.close(figure)


def _panel(axes: Axes, rows: dict[str, Any]) -> None:
    names = [row.name for row in ALL][::-1]
    for y, name in enumerate(names):
        if name not in rows:
            continue
        found, asked = rows[name]["x_floor"], limit(name)
        axes.barh(y, found, color=REACHED if found <= asked else MISSED, height=0.62)
        axes.text(max(found, asked) + 0.06, y, f"{found:.2f}", va="center")
        axes.plot([asked] * 2, [y - 0.42, y + 0.42], color=ASKED, linewidth=1.6)
    axes.set_yticks(range(len(names)), names)
    axes.axvline(1, color=ASKED, linewidth=0.7, linestyle=":")
    bare(axes)


if __name__ == "__main__":
    main()
