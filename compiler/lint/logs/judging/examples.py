"""Examples in messages of their own: drawn anew for each call, or the same in another order."""

from __future__ import annotations

import itertools
from collections import Counter as Multiset
from collections.abc import Iterator, Sequence

from ...finding import Cause, Evidence, Loss
from ..sessions import FamilyOfCalls
from ..units import Request
from .scale import WORTH, Scale

Shots = tuple[str, ...]
_AGAIN = 0.6
"""The share of messages in front of the newest that other calls have, too, where they are examples."""


def judge_examples(scale: Scale, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
    """Evidence where calls have other examples, or the same in another order, in front of what is asked."""
    requests = [request for request in family.requests if len(request.messages) >= 3]
    if _is_conversation(family):
        return
    shots = [tuple(unit.text for unit in request.messages[:-1]) for request in requests]
    if len(requests) < 3 or not _are_examples(shots):
        return
    pairs = list(itertools.pairwise(shots))
    is_order = all(sorted(a) == sorted(b) for a, b in pairs)
    lost = [_lost(scale, requests[n + 1], a, b) for n, (a, b) in enumerate(pairs)]
    if max(lost) < WORTH:
        return
    loss = Loss(sum(lost) // len(lost), 0, len(lost), is_exact=scale.is_exact)
    cause = Cause.UNORDERED if is_order else Cause.SAMPLED
    what = "the order of the examples" if is_order else "which examples are shown"
    yield scale.evidence(cause, what, requests[lost.index(max(lost)) + 1], name, loss, "head")


def _is_conversation(family: FamilyOfCalls) -> bool:
    """Whether some call goes on with what another asked."""
    turns = [pair for session in family.sessions for pair in itertools.pairwise(session.requests)]
    return any(before.messages[-1].key in after.keys for before, after in turns if before.messages)


def _are_examples(shots: Sequence[Shots]) -> bool:
    """Whether messages come again in other calls, and not as those of a conversation that goes on."""
    pairs = list(itertools.pairwise(shots))
    moved = [pair for pair in pairs if pair[0] != pair[1] and not _goes_on(*pair)]
    counts = Multiset(text for each in shots for text in set(each))
    every = [text for each in shots for text in each]
    again = sum(counts[text] > 1 for text in every)
    return 2 * len(moved) > len(pairs) and again >= _AGAIN * len(every)


def _goes_on(before: Shots, after: Shots) -> bool:
    """Whether a call has what the one before had, without its beginning perhaps, and more behind it."""
    return any(after[: len(before) - skip] == before[skip:] for skip in range(len(before)))


def _lost(scale: Scale, request: Request, before: Shots, after: Shots) -> int:
    """Tokens behind the first difference that both calls have."""
    pairs = enumerate(zip(before, after, strict=False))
    at = next((n for n, (a, b) in pairs if a != b), min(len(before), len(after)))
    held = set(before[at:])
    return sum(scale.count(u.text) for u in request.messages[at:-1] if u.text in held)
