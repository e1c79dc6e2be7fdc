"""Prefixes that are intact, and yet were not read, as usage says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from ...finding import Cause, Evidence, Loss
from ...target import minimum_of
from ..units import Request
from .across import common_head
from .scale import WORTH, Scale


def judge_reads(scale: Scale, requests: Sequence[Request], name: str) -> Iterator[Evidence]:
    """Prefixes that are intact, and yet were not read."""
    misses: list[tuple[Request, bool]] = []
    for before, after in itertools.pairwise(requests):
        if after.logged.read is None or after.logged.read > 0:
            continue
        shared = common_head(scale, before, after)
        if shared < max(minimum_of(after.target, after.model), 1024):
            continue
        gap = (after.logged.time or 0) - (before.logged.time or 0)
        misses.append((after, gap > _lifetime(after.target)))
    late = [r for r, expired in misses if expired]
    lost = [r for r, expired in misses if not expired]
    cold = _at_once(requests)
    if len(cold) >= 2 and len(cold) >= len(lost) - 1:
        loss = Loss(common_head(scale, cold[0], cold[1]), 0, len(cold), is_exact=scale.is_exact)
        what = f"{len(cold)} calls begin before the first has written what they share"
        yield scale.evidence(Cause.COLD_FAN, what, cold[0], name, loss)
        lost = []
    if len(late) >= 2:
        yield scale.evidence(
            Cause.EXPIRED, f"the prefix had expired before {len(late)} calls", late[0], name
        )
    if len(lost) >= 2:
        yield scale.evidence(
            Cause.NOT_READ,
            f"the prefix is intact and was not read in {len(lost)} calls",
            lost[0],
            name,
        )
    short = [r for r in requests if r.logged.read == 0 and r.logged.prompt is not None]
    least = minimum_of(requests[-1].target, requests[-1].model)
    if len(short) >= 4 and len(short) == len(requests) and least:
        shared = min(common_head(scale, a, b) for a, b in itertools.pairwise(requests))
        if WORTH <= shared < least * (1.0 if scale.is_exact else 0.85) and not any(
            u.has_mark for r in requests for u in r.units
        ):
            about = "" if scale.is_exact else "about "
            what = f"calls share {about}{shared} tokens, and nothing is cached below {least}"
            yield scale.evidence(Cause.TOO_SHORT, what, requests[-1], name)


AT_ONCE = 2.0
"""Seconds within which calls begin that can't have read what one of them writes."""


def _at_once(requests: Sequence[Request]) -> list[Request]:
    """Calls that read nothing and begin right behind another that read nothing."""
    pairs = itertools.pairwise(r for r in requests if r.logged.time is not None)
    return [
        after
        for before, after in pairs
        if before.logged.read == after.logged.read == 0
        and 0 <= (after.logged.time or 0) - (before.logged.time or 0) < AT_ONCE
    ]


def _lifetime(target: str) -> float:
    """Seconds for which an entry is kept at least."""
    return {"anthropic": 300.0, "openai": 1800.0}.get(target, 600.0)
