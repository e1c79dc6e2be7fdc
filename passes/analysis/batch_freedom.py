"""Which sections of an `unordered` region a batch may order, once `move-code` has laid it out.

Lifetimes say nothing about sections that live equally long. Which of them repeats from row to row is
known when the rows are, so a run of such neighbours stays a group, and stands as laid out until a batch
job fixes other orders for its rows (`row_order.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...ir.module import LIFETIMES
from ...ir.ops import Block, Effect, Image, Turn, Unordered, Use
from ...ir.structure import own_effects, walk
from ...ir.types import PROMPT
from .dependence import free_values
from .foreknowledge import Foreknowledge
from .lifetimes import CONST
from .references import Reference
from .sections import Layout, Section

Why = dict[int, str]
"""By section, why a batch may not move it."""


@dataclass(frozen=True, slots=True)
class Freedom:
    """The groups of sections that a batch may order, in layout order, and why others stay."""

    groups: tuple[tuple[int, ...], ...]
    stays: Why


def freedom(
    op: Unordered,
    sections: Sequence[Section],
    held: Sequence[tuple[int, Reference]],
    layout: Layout,
    known: Foreknowledge,
) -> Freedom:
    """The runs of a layout in which neither lifetime nor words decide what comes first."""
    stays = _ties(held, len(sections)) | _unknown(op, known)
    runs = list(_runs(layout.order, sections, stays))
    for alone in (run[0] for run in runs if len(run) == 1):
        lifetime = LIFETIMES[sections[alone].rank]
        stays[alone] = f"no neighbour that may move is `{lifetime}` as well"
    return Freedom(tuple(run for run in runs if len(run) > 1), stays)


def _ties(held: Sequence[tuple[int, Reference]], count: int) -> Why:
    """Sections that refer to others, and those that others must stand beside."""
    stays: Why = {}
    for i, found in held:
        beside = {"next": i + 1, "previous": i - 1}.get(found.tie, i)
        for at in (i, beside):
            if 0 <= at < count:
                stays.setdefault(at, f"`{found.words}` ties it to its place")
    return stays


def _unknown(op: Unordered, known: Foreknowledge) -> Why:
    """Sections whose text the rows do not say; all, when they do not say what comes before."""
    missing = known.missing(op.prompt)
    if missing:
        return dict.fromkeys(range(len(op.sections)), f"the prompt before it {missing}")
    found = ((i, _obstacle(section, known)) for i, section in enumerate(op.sections))
    return {i: why for i, why in found if why}


def _obstacle(section: Block, known: Foreknowledge) -> str:
    """What in a section is more than text and values that the rows say."""
    for op in walk(section):
        if isinstance(op, Turn | Image | Use | Unordered) or own_effects(op) & Effect.HINT:
            return f"it holds more than text: `{type(op).__name__.lower()}`"
    for value in free_values(section):
        why = "is a prompt" if value.type == PROMPT else known.missing(value)
        if why:
            return f"`{value.hint or 'a value'}` {why}"
    return ""


def _runs(
    order: Sequence[int], sections: Sequence[Section], stays: Why
) -> Iterator[tuple[int, ...]]:
    """The longest runs of sections that may move and live equally long; constants are no rows' matter."""
    run: list[int] = []
    for i in order:
        if run and (i in stays or sections[i].rank != sections[run[0]].rank):
            yield tuple(run)
            run = []
        if i not in stays and sections[i].rank > CONST:
            run.append(i)
    if run:
        yield tuple(run)
