"""Families and sessions: which calls of a log begin alike, and which go on with one conversation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from .units import Request

ALIKE = 0.5
RECENT = 24
"""Sessions that are looked at for one that a request goes on with, newest first."""

_SHINGLE = 5
_HEAD_WORDS = 700


@dataclass
class Session:
    """The calls of one conversation, in order."""

    requests: list[Request]

    @property
    def newest(self) -> Request:
        """The last call so far."""
        return self.requests[-1]


@dataclass
class FamilyOfCalls:
    """Calls that begin alike, in sessions; `shingles` describe the beginning."""

    shingles: frozenset[int]
    sessions: list[Session] = field(default_factory=list)
    side_calls: list[tuple[Request, Session]] = field(default_factory=list)

    @property
    def requests(self) -> list[Request]:
        """All calls in the order of the log."""
        return sorted((r for s in self.sessions for r in s.requests), key=lambda r: r.line)


def families_of(requests: list[Request]) -> list[FamilyOfCalls]:
    """The families of a log."""
    families: list[FamilyOfCalls] = []
    for request in requests:
        shingles = _shingles(request.head)
        family = _alike(families, shingles)
        if family is None:
            family = FamilyOfCalls(shingles)
            families.append(family)
            _note_side_call(families, family, request)
        session = _continued(family, request)
        if session is None:
            family.sessions.append(Session([request]))
        else:
            session.requests.append(request)
    return families


@lru_cache(maxsize=256)
def _shingles(text: str) -> frozenset[int]:
    words = re.sub(r"[\d#]+|\b[0-9a-f-]{8,}\b", "#", text).split()[:_HEAD_WORDS]
    if len(words) < _SHINGLE:
        return frozenset({hash(tuple(words))})
    return frozenset(hash(tuple(words[i : i + _SHINGLE])) for i in range(len(words) - _SHINGLE + 1))


def likeness(one: str, other: str) -> float:
    """How much of what two texts say together is in both of them, from 0 to 1."""
    a, b = _shingles(one), _shingles(other)
    return len(a & b) / (len(a | b) or 1)


def _alike(families: list[FamilyOfCalls], shingles: frozenset[int]) -> FamilyOfCalls | None:
    best: tuple[float, FamilyOfCalls | None] = (0.0, None)
    for family in families:
        shared = len(shingles & family.shingles)
        least = min(len(shingles), len(family.shingles)) or 1
        most = max(len(shingles), len(family.shingles)) or 1
        score = shared / most if most < 40 else max(shared / most, 0.8 * shared / least)
        if score > best[0]:
            best = (score, family)
    return best[1] if best[0] >= ALIKE else None


def _continued(family: FamilyOfCalls, request: Request) -> Session | None:
    """The session that a request goes on with: the same id, or most of the newest call's messages again."""
    hint = request.logged.session
    best: tuple[float, Session | None] = (0.0, None)
    for session in reversed(family.sessions[-RECENT:]):
        known = session.newest.logged.session
        if hint and known and hint != known:
            continue
        share = overlap(session.newest, request)
        if hint and known and hint == known and len(request.messages) > 1:
            share = max(share, 0.6)
        if share > best[0]:
            best = (share, session)
    return best[1] if best[0] >= ALIKE else None


def overlap(before: Request, after: Request) -> float:
    """How much of a call's conversation is in a later one."""
    if len(after.messages) < 2 or len(after.messages) + 4 < len(before.messages) // 2:
        return 0.0
    if before.messages == after.messages[: len(before.messages)]:
        return 1.0
    if _goes_on(before, after):
        return 1.0
    a, b = before.keys, after.keys
    shared = sum((a & b).values())
    return shared / max(min(sum(a.values()), sum(b.values())), 1)


def _goes_on(before: Request, after: Request) -> bool:
    """Whether the two newest messages of a call stand side by side in a later one, with an answer behind them."""
    newest = before.messages[-2:]
    if len(newest) < 2 or before.messages[-1] == after.messages[-1]:
        return False
    ends = range(2, len(after.messages))
    return any(after.messages[end - 2 : end] == newest for end in ends)


def _note_side_call(families: list[FamilyOfCalls], own: FamilyOfCalls, request: Request) -> None:
    """A call with a head of its own that sends another family's conversation."""
    if len(request.messages) < 3:
        return
    for family in families:
        if family is own:
            continue
        for session in reversed(family.sessions[-RECENT:]):
            if overlap(session.newest, request) >= 0.6 and len(session.newest.messages) >= 3:
                own.side_calls.append((request, session))
                return
