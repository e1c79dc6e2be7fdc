"""What differs between the calls of one place, as evidence."""

from __future__ import annotations

from ...finding import Cause
from ...layout import TURN
from ..machine import Run
from ..taints import Taint

_LIVE = frozenset(
    {
        Cause.COUNTER,
        Cause.STATE,
        Cause.VARYING,
        Cause.RETRIEVED,
        Cause.CLOCK,
        Cause.RANDOM,
        Cause.SAMPLED,
    }
)


def is_live(run: Run, taint: Taint) -> bool:
    """Whether something differs between calls of one conversation or family."""
    if taint.needs and taint.needs not in run.loop_numbers():
        return False
    return taint.cause in _LIVE and taint.rank >= TURN
