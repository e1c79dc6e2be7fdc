"""What differs between the calls of one place, as evidence."""

from __future__ import annotations

from ...finding import Cause, Evidence, Loss
from ...layout import TURN, Request
from ..machine import Run
from ..taints import Taint


def evidence_of(
    request: Request,
    cause: Cause,
    taint: Taint,
    what: str = "",
    more: str = "the history",
    tokens: int = 0,
) -> Evidence:
    """Evidence that a taint costs a request something."""
    return Evidence(
        cause,
        taint.place,
        request.sink,
        what or taint.what,
        taint.path,
        Loss(tokens, more=more),
        request.family,
        target=request.target,
    )


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
