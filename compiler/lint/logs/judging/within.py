"""Breaks inside sessions: turns that do not begin with the turn before."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ...finding import Cause
from ..breaks import Break, break_between
from ..carried import kind_of
from ..sessions import Session
from .scale import Judgement, Scale

RECURS = 0.25
"""The share of a session's turns that must break before a window counts as one that slides."""


_SLIDING = frozenset({Cause.WINDOW, Cause.REWRITTEN})


def breaks_of(scale: Scale, session: Session, made: Judgement) -> list[Break]:
    """The breaks of one session."""
    found: list[Break] = []
    turns = list(zip(session.requests, session.requests[1:], strict=False))
    for before, after in turns:
        broken = break_between(before, after, scale.count)
        if broken is None:
            made.shared += min(before.tokens, after.tokens)
        else:
            made.shared += broken.shared
            found.append(broken)
    sliding = [b for b in found if b.cause in _SLIDING and not _comes_with_news(b, found, session)]
    if sliding and len(sliding) < max(2, RECURS * len(turns)):
        found = [b for b in found if b not in sliding]
    elif sliding and not slides(scale, sliding, len(turns), session):
        found = [b for b in found if b not in sliding]
    return found


_MOSTLY = 0.6


def _comes_with_news(broken: Break, found: Sequence[Break], session: Session) -> bool:
    """Whether messages are rewritten where they stand about as often as new ones of their kind come."""
    kind = kind_of(broken.unit) if broken.unit is not None else ""
    if broken.cause is not Cause.REWRITTEN or kind not in ("results", "calls"):
        return False
    alike = [b for b in found if b.cause is Cause.REWRITTEN and b.unit and kind_of(b.unit) == kind]
    counts = [sum(kind_of(u) == kind for u in r.messages) for r in session.requests]
    news = sum(b > a for a, b in itertools.pairwise(counts))
    return len(alike) >= max(2, _MOSTLY * (news - 1))


def slides(scale: Scale, sliding: Sequence[Break], turns: int, session: Session) -> bool:
    """Whether breaks follow one another; a history that is cut in strides breaks once in a while."""
    numbers = [session.requests.index(b.request) for b in sliding]
    gaps = [b - a for a, b in itertools.pairwise(numbers)]
    return bool(gaps) and min(gaps) <= 2 and sum(g <= 2 for g in gaps) >= len(gaps) / 2
