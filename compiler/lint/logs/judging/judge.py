"""From families of calls to evidence: each kind of loss has its own judge."""

from __future__ import annotations

from collections.abc import Sequence

from ...finding import Cause
from ..breaks import Break
from ..sessions import FamilyOfCalls, Session
from ..units import Unit
from .across import breaks_across
from .examples import judge_examples
from .keys import judge_options
from .marks import judge_marks
from .reads import judge_reads
from .recurring import recurring
from .routing import judge_routing
from .scale import Judgement, Scale
from .side_calls import judge_side_calls
from .within import breaks_of

_SAFE = frozenset(
    {Cause.UNORDERED, Cause.KEY_ORDER, Cause.TOOL_ORDER, Cause.ARGUMENTS, Cause.ENDINGS}
)


def judged(scale: Scale, family: FamilyOfCalls, name: str) -> Judgement:
    """All that one family shows."""
    made = Judgement()
    requests = family.requests
    for session in family.sessions:
        _count(scale, session)
    breaks = [b for session in family.sessions for b in breaks_of(scale, session, made)]
    breaks += breaks_across(scale, family, made)
    made.evidence += recurring(scale, breaks, family, name)
    if len(requests) > 1:
        made.evidence += judge_options(scale, family, name)
        made.evidence += judge_routing(scale, family, name)
        made.evidence += judge_marks(scale, family, name)
        made.evidence += judge_reads(scale, requests, name)
    made.evidence += judge_examples(scale, family, name)
    made.evidence += judge_side_calls(scale, family, name)
    _sum_up(family, breaks, made)
    return made


def _count(scale: Scale, session: Session) -> None:
    """The tokens of each call; of one that goes on with the call before, only what is new is counted."""
    units: tuple[Unit, ...] = ()
    tokens = 0
    for request in session.requests:
        if not request.begins_with(units):
            units, tokens = (), 0
        request.tokens = tokens + sum(scale.count(u.text) for u in request.units[len(units) :])
        units, tokens = request.units, request.tokens


def _sum_up(family: FamilyOfCalls, breaks: Sequence[Break], made: Judgement) -> None:
    for request in family.requests:
        made.prompt += request.tokens
    made.lost += sum(b.lost for b in breaks)
    made.safe += sum(b.lost for b in breaks if b.cause in _SAFE)
