"""What the calls of a log show in the order in which they came: prefixes used again too late, calls made twice."""

from __future__ import annotations

import itertools
from collections import Counter as Multiset
from collections.abc import Iterator, Sequence

from ...finding import Cause, Evidence, Loss
from ...target import rules_of
from ..units import Request
from .across import common_head
from .scale import WORTH, Scale


def judge_order(
    scale: Scale, families: Sequence[Sequence[Request]], kv_budget: int
) -> Iterator[Evidence]:
    """Evidence of calls that are the same, and of families that come back too late for a cache of a size."""
    yield from _twice(scale, [r for requests in families for r in requests])
    yield from _single_use(scale, [rs[0] for rs in families if len(rs) == 1])
    if kv_budget:
        yield from _distances(scale, families, kv_budget)


def _twice(scale: Scale, requests: Sequence[Request]) -> Iterator[Evidence]:
    """Calls at temperature 0 that are the same to the byte."""
    certain = [r for r in requests if r.logged.body.get("temperature") == 0]
    keys = [(r.model, tuple(u.text for u in r.units), tuple(r.options.items())) for r in certain]
    counts = Multiset(keys)
    again = [r for r, key in zip(certain, keys, strict=True) if counts[key] > 1]
    extra = len(again) - sum(count > 1 for count in counts.values())
    if extra:
        tokens = sum(scale.count(u.text) for u in again[0].units)
        loss = Loss(tokens, 0, extra, is_exact=scale.is_exact)
        what = "the same call is made again at temperature 0"
        yield scale.evidence(Cause.TWICE, what, again[-1], "log", loss)


def _single_use(scale: Scale, requests: Sequence[Request]) -> Iterator[Evidence]:
    """Entries that are written, billed as writes, and never read: calls that share nothing, each with a mark."""
    marked = [r for r in requests if any(u.has_mark for u in r.units)]
    price = rules_of(marked[-1].target).price if marked else None
    if len(marked) < 3 or price is None or price.write <= 1:
        return
    is_read = any(r.logged.read is None or r.logged.read > 0 for r in marked)
    if is_read or any(common_head(scale, a, b) >= WORTH for a, b in itertools.pairwise(marked)):
        return
    what = f"{len(marked)} calls write an entry each, and none is read"
    yield scale.evidence(Cause.UNREAD, what, marked[0], "log")


def _distances(
    scale: Scale, families: Sequence[Sequence[Request]], budget: int
) -> Iterator[Evidence]:
    """Families between whose calls more tokens of others pass than a cache holds."""
    number = {id(r): n for n, requests in enumerate(families) for r in requests}
    order = sorted((r for requests in families for r in requests), key=lambda r: r.line)
    seen: dict[int, dict[int, int]] = {}
    late: dict[int, list[Request]] = {}
    for request in order:
        mine = number[id(request)]
        between = seen.get(mine, {})
        if sum(between.values()) > budget:
            late.setdefault(mine, []).append(request)
        for other in seen.values():
            other[mine] = max(other.get(mine, 0), request.tokens)
        seen[mine] = {}
    for mine, requests in late.items():
        head = sum(scale.count(u.text) for u in (*requests[0].tools, *requests[0].system))
        if len(requests) >= 2 and head >= WORTH:
            what = f"{len(requests)} calls come back to a prefix after more than {budget:,} tokens of others"
            loss = Loss(head, 0, len(requests), is_exact=scale.is_exact)
            yield scale.evidence(Cause.DISTANCE, what, requests[0], f"#{mine + 1}", loss)
