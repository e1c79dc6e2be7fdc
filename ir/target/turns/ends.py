"""Where the text between two contents is cut: what closes the one turn, and what opens the other.

Any cut gives the same conversation. This one makes turns end as the template ends a conversation, where that is what
it writes, and makes a turn begin alike whatever stood before it, so that branches and loops may lead to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Gaps = Mapping[tuple[int, int], str]
"""What stands between a past and a future; past 0 is the start."""


def find_ends(closed: Sequence[str], gaps: Gaps) -> dict[int, str]:
    """For each past the part of its gaps that closes it. `closed`: what ends a conversation there."""
    ends: dict[int, str] = {}
    openers: dict[int, str] = {}
    behind: dict[int, dict[int, str]] = {past: {} for past in range(len(closed))}
    for (past, future), gap in gaps.items():
        behind[past][future] = gap
    unsure = [p for p in behind if p and not (closed[p] and _starts(behind[p], closed[p]))]
    for past in [p for p in behind if p and p not in unsure]:
        ends[past] = closed[past]
        openers |= {future: gap.removeprefix(ends[past]) for future, gap in behind[past].items()}
    for past in sorted(unsure, key=lambda p: -len(behind[p])):
        ends[past] = _end(behind[past], openers, closed[past])
        for future, gap in behind[past].items():
            openers.setdefault(future, gap.removeprefix(ends[past]))
    return ends | {0: _before(behind[0], openers) or ""}


def _end(following: Mapping[int, str], openers: Mapping[int, str], closed: str) -> str:
    known = _before(following, openers)
    if known is not None:
        return known
    return closed if _starts(following, closed) else _common(list(following.values()))


def _starts(following: Mapping[int, str], end: str) -> bool:
    return all(gap.startswith(end) for gap in following.values())


def _before(following: Mapping[int, str], openers: Mapping[int, str]) -> str | None:
    """What stands before the openers that are known from elsewhere, where that is always the same."""
    found = {
        gap.removesuffix(openers[future])
        for future, gap in following.items()
        if future in openers and gap.endswith(openers[future])
    }
    before = found.pop() if len(found) == 1 else None
    return before if before is not None and _starts(following, before) else None


def _common(texts: Sequence[str]) -> str:
    """What texts begin with, up to the end of a marker."""
    first, last = (min(texts), max(texts)) if texts else ("", "")
    pairs = enumerate(zip(first, last, strict=False))
    length = next((n for n, (a, b) in pairs if a != b), min(len(first), len(last)))
    while length and first[length - 1] not in ">]\n":
        length -= 1
    return first[:length]
