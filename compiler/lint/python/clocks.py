"""Clocks that are written down: a format without hours makes a date of them, one with years alone a constant."""

from __future__ import annotations

import re
from dataclasses import replace

from ..finding import Cause
from ..layout import DAY, RELEASE
from .holding import join
from .taints import Hole, Taint, Taints
from .values import Choice, Opaque, Text, Value

COARSE_PARTS = {
    "year": RELEASE,
    "month": DAY,
    "day": DAY,
    "date": DAY,
    "days": DAY,
    "weekday": DAY,
    "isoweekday": DAY,
    "isocalendar": DAY,
    "toordinal": DAY,
}


def coarse(value: Value, pattern: str) -> Value:
    """A value written with a `strftime` pattern."""
    rank = coarsened(pattern)
    return value if rank is None else at_rank(value, rank)


def at_rank(value: Value, rank: int) -> Value:
    """A value whose clocks are read no finer than a rank."""
    match value:
        case Opaque():
            return replace(value, taints=_coarser(value.taints, rank))
        case Text(parts=parts):
            return Text(
                tuple(
                    replace(p, taints=_coarser(p.taints, rank)) if isinstance(p, Hole) else p
                    for p in parts
                )
            )
        case Choice(options=options, taints=taints):
            return join([at_rank(option, rank) for option in options], _coarser(taints, rank))
        case _:
            return value


def _coarser(taints: Taints, rank: int) -> Taints:
    return frozenset(
        Taint(Cause.DATE, min(t.rank, rank), t.place, t.what, t.path, t.loops, t.needs)
        if t.cause in (Cause.CLOCK, Cause.DATE)
        else t
        for t in taints
    )


SECONDS_A_DAY = 86_400


def scaled(taints: Taints, by: float) -> Taints:
    """Taints of a number that is divided: each unit of a clock stands for so many times the seconds."""
    return frozenset(
        replace(t, unit=t.unit * by) if t.cause is Cause.CLOCK and by > 0 else t for t in taints
    )


def whole(taints: Taints) -> Taints:
    """Taints of a number without its fraction: a clock that counts days is a date."""
    return frozenset(
        replace(t, cause=Cause.DATE, rank=DAY)
        if t.cause is Cause.CLOCK and t.unit >= SECONDS_A_DAY
        else t
        for t in taints
    )


_FINE = re.compile(r"%-?[HIMSfpXcsTRrLk]")
_COARSE = re.compile(r"%-?[a-zA-Z]")
_YEAR = re.compile(r"%-?[YyGC]")


def coarsened(pattern: str) -> int | None:
    """The rank of a clock that is written with a `strftime` pattern; None where it stays finer than a day."""
    if _FINE.search(pattern):
        return None
    found = _COARSE.findall(pattern)
    if not found:
        return 0 if pattern else None
    return RELEASE if all(_YEAR.fullmatch(each) for each in found) else DAY
