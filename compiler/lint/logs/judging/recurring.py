"""Breaks that recur, one piece of evidence for each cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...finding import Cause, Evidence, Loss
from ..breaks import Break
from ..sessions import FamilyOfCalls
from .scale import WORTH, Scale

_SMALL = frozenset({Cause.ARGUMENTS, Cause.SHAPE, Cause.UNSAVED, Cause.REASONING})


def recurring(
    scale: Scale, breaks: Sequence[Break], family: FamilyOfCalls, name: str
) -> Iterator[Evidence]:
    """One piece of evidence for each cause, with what all of its breaks cost."""
    by_cause: dict[Cause, list[Break]] = {}
    for each in breaks:
        by_cause.setdefault(each.cause, []).append(each)
    for cause, found in by_cause.items():
        if cause is Cause.VARYING and not _is_habit(found, family):
            continue
        worst = max(found, key=lambda b: b.lost)
        mean = sum(b.lost for b in found) // len(found)
        if mean < (WORTH if cause not in _SMALL else 3):
            continue
        prefix = max(b.lost + b.shared for b in found)
        yield _of_break(
            scale,
            cause,
            worst,
            name,
            Loss(mean, prefix, len(found), is_exact=scale.is_exact),
            worst.notes,
        )


def _is_habit(found: Sequence[Break], family: FamilyOfCalls) -> bool:
    """Whether many of the places where such a break can be have one: between sessions, or inside them."""
    heads = [b for b in found if b.where == "head"]
    across, within = len(family.sessions) - 1, len(family.requests) - len(family.sessions)
    counts = ((len(heads), across), (len(found) - len(heads), within))
    return any(many >= max(2, 0.3 * places) for many, places in counts)


def _of_break(
    scale: Scale,
    cause: Cause,
    broken: Break,
    name: str,
    loss: Loss | None,
    notes: tuple[str, ...] = (),
) -> Evidence:
    return scale.evidence(cause, broken.what, broken.request, name, loss, broken.where, notes)
