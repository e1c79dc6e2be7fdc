"""A report as text: the prefix tree, the waves, the calls, the worlds and what the passes did.

Every number that depends on a guess stands behind a `~`; every line fits the width that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import report as r
from .calls import calls, groups, waves
from .columns import WIDTH, fitted
from .numbers import Numbers
from .passes import passes
from .prices import measured, priced
from .tree import ahead, tree
from .worlds import batch, in_the_way, worlds


def render(report: r.Report, why: bool = False, width: int = WIDTH) -> str:
    """The whole report as text, in lines of at most `width` characters."""
    numbers = Numbers(report)
    sections = [
        _head(report),
        tree(report, width),
        waves(report, width),
        calls(report, numbers, width),
        groups(report, width),
        ahead(report, width),
        worlds(report, numbers, width),
        in_the_way(report, numbers, width),
        batch(report, width),
        priced(report, width),
        measured(report, width),
        passes(report, why, width),
    ]
    found = [[short for line in lines for short in fitted(line, width)] for lines in sections]
    return "\n\n".join("\n".join(lines) for lines in found if lines) + "\n"


def _head(report: r.Report) -> Iterator[str]:
    about = " (estimated: every number is approximate)" if report.target.approximate else ""
    yield f"{report.source or report.entry}  program {report.entry}  -O{report.level}"
    yield f"for {report.target.name}{about}"
    if report.target.whole_render:
        yield "the chat template does not compose: every call renders its conversation whole"
