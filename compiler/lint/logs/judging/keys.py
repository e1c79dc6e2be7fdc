"""Options, headers, models and routing keys that vary between calls with one head."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

from ...finding import Cause, Evidence, Loss
from ..sessions import FamilyOfCalls
from ..units import HEADERS, Request
from .scale import Scale


def judge_options(scale: Scale, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
    """Options and headers that are part of the key, and vary between calls with one head."""
    pairs = [
        (a, b) for s in family.sessions for a, b in zip(s.requests, s.requests[1:], strict=False)
    ]
    firsts = [s.requests[0] for s in family.sessions]
    pairs += [(a, b) for a, b in itertools.pairwise(firsts) if a.head == b.head]
    for option in sorted({o for r in family.requests for o in r.options}):
        changed = [b for a, b in pairs if a.options.get(option) != b.options.get(option)]
        if changed:
            lost = head_tokens(scale, changed[-1])
            loss = Loss(lost, 0, len(changed), is_exact=scale.is_exact)
            yield scale.evidence(Cause.OPTION, f"`{option}`", changed[0], name, loss)
    for header in HEADERS:
        changed = [
            b for a, b in pairs if a.logged.headers.get(header) != b.logged.headers.get(header)
        ]
        if changed:
            loss = Loss(head_tokens(scale, changed[-1]), 0, len(changed), is_exact=scale.is_exact)
            yield scale.evidence(Cause.HEADER, f"the header `{header}`", changed[0], name, loss)
    lifetimes = [
        b for a, b in pairs if _lifetimes(a) and _lifetimes(b) and _lifetimes(a) != _lifetimes(b)
    ]
    if lifetimes:
        yield scale.evidence(Cause.HEADER, "the lifetime of breakpoints", lifetimes[0], name)
    models = [
        b
        for s in family.sessions
        for a, b in zip(s.requests, s.requests[1:], strict=False)
        if a.model != b.model
    ]
    if models:
        loss = Loss(head_tokens(scale, models[-1]), 0, len(models), is_exact=scale.is_exact)
        yield scale.evidence(
            Cause.MODELS, "the model changes inside a conversation", models[0], name, loss
        )


def head_tokens(scale: Scale, request: Request) -> int:
    """Tokens of all but the newest message."""
    return sum(scale.count(unit.text) for unit in request.units[:-1])


def _lifetimes(request: Request) -> frozenset[str]:
    """The lifetimes that the breakpoints of a request ask for."""
    held = json.dumps([u.data for u in request.units if u.has_mark])
    return frozenset(ttl for ttl in ("5m", "1h") if f'"ttl": "{ttl}"' in held)
