"""Side calls: the history of a conversation under another head."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Cause, Evidence, Loss
from ..sessions import FamilyOfCalls
from .scale import Scale


def judge_side_calls(scale: Scale, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
    """Calls beside a conversation that send its history under another head."""
    for request, session in family.side_calls[:1]:
        lost = session.newest.tokens
        loss = Loss(lost, 0, len(family.side_calls), is_exact=scale.is_exact)
        yield scale.evidence(Cause.SIDE_CALL, "a side call", request, name, loss)
