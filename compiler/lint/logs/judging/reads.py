"""Prefixes that are intact, and yet were not read, as usage says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from ...finding import Cause, Evidence
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


def _lifetime(target: str) -> float:
    """Seconds for which an entry is kept at least."""
    return {"anthropic": 300.0, "openai": 1800.0}.get(target, 600.0)
