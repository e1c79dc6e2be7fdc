"""What a taint costs a request, as evidence of it."""

from __future__ import annotations

from ..finding import Cause, Evidence, Loss
from ..layout import Request
from .taints import Taint


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
