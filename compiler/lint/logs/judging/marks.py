"""Breakpoints of a log: how many, behind what, where they move, and whether they mark enough."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from ...finding import Cause, Evidence, Loss
from ...target import minimum_of, plain_model, rules_of
from ..carried import blocks_of
from ..contents import is_marked, plain_text
from ..sessions import FamilyOfCalls
from ..units import Request
from .across import common_head
from .scale import WORTH, Scale

LOOKBACK = 20
"""Blocks in front of a breakpoint in which an earlier one is looked for."""


def judge_marks(scale: Scale, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
    """All that is wrong with the breakpoints of a family."""
    requests = family.requests
    marked = [r for r in requests if any(u.has_mark for u in r.units)]
    if not marked:
        yield from behind(scale, family, name)
        return
    worst = max(marked, key=_mark_count)
    if _mark_count(worst) > 4:
        what = f"{_mark_count(worst)} breakpoints, and 4 are taken"
        yield scale.evidence(Cause.MARK_COUNT, what, worst, name)
    yield from behind(scale, family, name)
    yield from _moves(scale, family, name)
    yield from too_short(scale, marked, name)


def behind(scale: Scale, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
    """Single calls whose breakpoint stands behind what differs in each."""
    singles = [s.requests[0] for s in family.sessions if len(s.requests) == 1]
    pairs = list(itertools.pairwise(singles))
    bad = [b for a, b in pairs if mark_differs(scale, a, b)]
    if len(bad) >= 2 and len(bad) >= 0.7 * len(pairs):
        lost = common_head(scale, singles[0], bad[0])
        if lost >= WORTH:
            loss = Loss(lost, 0, len(bad), is_exact=scale.is_exact)
            what = "what is marked is another text in each call"
            yield scale.evidence(Cause.MARK_BEHIND, what, bad[0], name, loss)


def mark_differs(scale: Scale, before: Request, after: Request) -> bool:
    """Whether every breakpoint of a call stands behind the first difference."""
    if _is_implied(after):
        return before.units != after.units and common_head(scale, before, after) >= _IMPLIED_LEAST
    shared, last = 0, None
    for unit_a, unit_b in zip(_blocks(before), _blocks(after), strict=False):
        if unit_a[0] != unit_b[0]:
            break
        shared += 1
        if unit_b[1]:
            last = shared
    return last is None and any(marked for _, marked in _blocks(after))


_IMPLIED_LEAST = 1024
"""Tokens that calls share below which nothing is cached anyway."""


def _is_implied(request: Request) -> bool:
    """Whether the service sets its one breakpoint at the newest message, since a call sets none."""
    rules = rules_of(request.target).breakpoints
    is_explicit = any("cache_options" in key for key in request.logged.body)
    has_mark = any(unit.has_mark for unit in request.units)
    implied = rules is not None and bool(rules.implicit) and not rules.lookback
    return bool(request.target) and implied and not (has_mark or is_explicit)


def _moves(scale: Scale, family: FamilyOfCalls, name: str) -> Iterator[Evidence]:
    for session in family.sessions:
        positions = [_last_mark(r) for r in session.requests]
        back = [
            r
            for r, a, b in zip(session.requests[1:], positions, positions[1:], strict=False)
            if a is not None and b is not None and b < a
        ]
        if len(back) >= 2:
            yield scale.evidence(
                Cause.MARK_BACK, "breakpoints move backwards in the conversation", back[0], name
            )
            return
        if (left := _left_behind(session.requests)) > LOOKBACK:
            what = f"{left} blocks stand behind the last breakpoint, which doesn't move on"
            loss = Loss(session.newest.tokens, is_exact=scale.is_exact)
            yield scale.evidence(Cause.MARK_SPACING, what, session.newest, name, loss)
            return
        for before, after in zip(session.requests, session.requests[1:], strict=False):
            added = _spacing(before, after)
            if added > LOOKBACK:
                what = f"{added} blocks stand between a breakpoint and the one before, and 20 are looked at"
                loss = Loss(before.tokens, is_exact=scale.is_exact)
                yield scale.evidence(Cause.MARK_SPACING, what, after, name, loss)
                return


def _left_behind(requests: Sequence[Request]) -> int:
    """Blocks behind the last breakpoint of a conversation, if it stands in a message and stays where it is."""
    marks = [_last_mark(r) for r in requests]
    head = len(requests[-1].tools) + len(requests[-1].system)
    last = marks[-1]
    if len(requests) < 3 or last is None or last < head or marks[-3:] != [last] * 3:
        return 0
    return len(_blocks(requests[-1])) - 1 - last


def too_short(scale: Scale, marked: Sequence[Request], name: str) -> Iterator[Evidence]:
    """What is marked is shorter than the least that is cached, in every call."""
    sizes = [_marked_tokens(scale, r) for r in marked]
    request = marked[-1]
    least = minimum_of(request.target, request.model) if request.target else 0
    if sizes and max(sizes) < least * (1.0 if scale.is_exact else 0.85):
        about = "" if scale.is_exact else "about "
        model = plain_model(request.model) or request.target
        what = f"the marked prefix has {about}{max(sizes)} tokens, and `{model}` caches nothing below {least}"
        yield scale.evidence(Cause.TOO_SHORT, what, request, name)


def _marked_tokens(scale: Scale, request: Request) -> int:
    total, marked = 0, 0
    for text, has_mark in _blocks(request):
        total += scale.count(text)
        marked = total if has_mark else marked
    return marked


def _mark_count(request: Request) -> int:
    return sum(marked for _, marked in _blocks(request))


def _blocks(request: Request) -> list[tuple[str, bool]]:
    """The blocks of a request with their marks, in order."""
    found: list[tuple[str, bool]] = []
    for unit in request.units:
        blocks = blocks_of(unit) if unit.kind == "message" else [unit.data]
        for block in blocks:
            found.append(
                (
                    unit.text if len(blocks) == 1 else plain_text(block) or str(block),
                    is_marked(block),
                )
            )
        if unit.has_mark and not any(is_marked(b) for b in blocks):
            found[-1] = (found[-1][0], True)
    return found


def _last_mark(request: Request) -> int | None:
    marks = [i for i, (_, marked) in enumerate(_blocks(request)) if marked]
    return marks[-1] if marks else None


def _spacing(before: Request, after: Request) -> int:
    """Blocks between the newest breakpoint and the nearest earlier one that was written before."""
    marks = [i for i, (_, marked) in enumerate(_blocks(after)) if marked]
    written = _last_mark(before)
    if not marks or written is None:
        return 0
    inner = [m for m in marks[:-1] if m > written]
    return marks[-1] - max([written, *inner])
