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
    total = max(len(family.requests) - 1, 1)
    for cause, found in by_cause.items():
        if cause is Cause.VARYING and len(found) < max(2, 0.3 * total):
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


def _of_break(
    scale: Scale,
    cause: Cause,
    broken: Break,
    name: str,
    loss: Loss | None,
    notes: tuple[str, ...] = (),
) -> Evidence:
    return scale.evidence(cause, broken.what, broken.request, name, loss, broken.where, notes)
