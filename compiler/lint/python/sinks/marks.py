"""Breakpoints: how many, behind what, and whether what they mark is long enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...finding import Cause, Evidence, Loss
from ...layout import RELEASE, REQUEST, TURN, Origin, Request, Segment
from ...target import minimum_of, plain_model
from ..labels import names_session
from ..machine import Run
from ..messages import dict_of, role_of
from ..requests import Given
from ..taints import Taint
from ..telling import evidence_of
from ..values import Const, DictV, ListV

MARK_LIMIT = 4


def judge_marks(run: Run, given: Given, request: Request) -> None:
    """Breakpoints: how many, behind what, and whether what they mark is long enough."""
    segments = request.segments
    marks = [i for i, segment in enumerate(segments) if segment.has_mark]
    if not marks:
        _automatic(run, given, request)
        return
    if len(marks) > MARK_LIMIT:
        what = f"{len(marks)} breakpoints, and {MARK_LIMIT} are taken"
        run.evidence.append(
            Evidence(
                Cause.MARK_COUNT,
                request.sink,
                request.sink,
                what,
                family=request.family,
                target=request.target,
            )
        )
    _behind(run, given, request, marks)
    _short(run, request, marks)


def _behind(run: Run, given: Given, request: Request, marks: list[int]) -> None:
    """A breakpoint behind what differs in each call: written every time, never read."""
    segments = request.segments
    one_shot = _is_one_shot(given)
    told = {e.origin for e in run.evidence if e.sink == request.sink}
    for number, mark in enumerate(marks):
        inside = segments[marks[number - 1] + 1 if number else 0 : mark + 1]
        before = sum(s.tokens for s in segments[:mark] if s.rank <= RELEASE)
        in_history = any(s.is_history for s in segments[: mark + 1])
        is_last = mark == len(segments) - 1
        loose = [o for o in _loose(inside, one_shot, is_last) if o.place not in told]
        if not loose and one_shot:
            loose = _of_few(request, inside, is_last)
        if loose and not in_history:
            run.evidence.append(_marked_with(request, loose[0], before))
        elif one_shot and is_last and before >= 64 and _varies(inside):
            what = "the last block, which is another one in each call, is marked"
            run.evidence.append(
                Evidence(
                    Cause.MARK_BEHIND,
                    segments[mark].place or request.sink,
                    request.sink,
                    what,
                    loss=Loss(before),
                    family=request.family,
                    target=request.target,
                )
            )


def _loose(inside: Sequence[Segment], one_shot: bool, is_last: bool) -> list[Origin]:
    """What varies in text up to a breakpoint, where that text is meant to be shared."""
    found = [o for s in inside for o in s.origins if o.rank >= TURN and not s.is_newest]
    if inside[-1].region not in _HEAD:  # what is asked about may well be marked
        if not one_shot or is_last:
            return []
        found = [o for o in found if o.cause in _INCIDENTAL]
    return found


_HEAD = ("system", "tools")


def _varies(inside: Sequence[Segment]) -> bool:
    """Whether what is marked is part of a message, and not the same in all calls."""
    said = [s for s in inside if s.region not in _HEAD and not s.is_history]
    return inside[-1].region not in _HEAD and any(s.is_unknown or s.origins for s in said)


def _of_few(request: Request, inside: Sequence[Segment], is_last: bool) -> list[Origin]:
    """What is a user's or a session's, behind so much fixed text that a breakpoint in front of it would be taken."""
    at = next((n for n, s in enumerate(inside) if any(map(_is_of_few, s.origins))), 0)
    fixed = sum(s.tokens for s in inside[:at] if s.rank <= RELEASE)
    is_shared = inside[-1].region in _HEAD or not is_last
    if not is_shared or not request.target or fixed < minimum_of(request.target, request.model):
        return []
    return [o for o in inside[at].origins if _is_of_few(o)]


def _is_of_few(origin: Origin) -> bool:
    return origin.cause is Cause.USER or names_session(origin.what.strip("`"))


_INCIDENTAL = frozenset({Cause.CLOCK, Cause.RANDOM, Cause.SIGNED, Cause.HASHED})
"""Causes that are the fault themselves, wherever a breakpoint stands: of others it should stand in front."""


def _marked_with(request: Request, origin: Origin, before: int) -> Evidence:
    """What differs in each call and stands in front of a breakpoint, named by its cause and by the breakpoint."""
    taint = Taint(Cause.MARK_BEHIND, REQUEST, origin.place, origin.what, origin.path)
    found = evidence_of(request, Cause.MARK_BEHIND, taint, more="", tokens=before)
    if origin.cause not in _INCIDENTAL:
        return replace(found, beside=(origin.cause,))
    note = "a breakpoint stands behind it: what is marked is written in each call, and never read"
    return replace(
        found,
        cause=origin.cause,
        beside=(Cause.MARK_BEHIND,),
        region="marked text",
        notes=(note,),
    )


def _automatic(run: Run, given: Given, request: Request) -> None:
    """A breakpoint that the service sets behind the last block, which one call alone asks about."""
    segments = request.segments
    if not given.is_automatic or not _is_one_shot(given):
        return
    at = next((i for i, s in enumerate(segments) if s.rank > RELEASE or s.origins), None)
    if at is None or not segments[at:][-1].region.isdigit():
        return
    before = sum(s.tokens for s in segments[:at])
    if before < AUTOMATIC or any(s.is_history for s in segments):
        return
    place = given.places.get("cache_control", request.sink)
    what = "the automatic breakpoint stands behind what is another one in each call"
    taint = Taint(Cause.MARK_BEHIND, REQUEST, place, what)
    run.evidence.append(evidence_of(request, Cause.MARK_BEHIND, taint, more="", tokens=before))


AUTOMATIC = 256
"""Tokens of fixed text in front of what differs that are worth a breakpoint of their own."""


def _is_one_shot(given: Given) -> bool:
    """Whether a request asks about one message and no conversation."""
    value = given.messages
    if not isinstance(value, ListV) or value.persists or any(i.many for i in value.items):
        return False
    said = [m for m in (dict_of(i.value) for i in value.items) if m is None or not _is_head(m)]
    return len(said) == 1


def _is_head(message: DictV) -> bool:
    return role_of(message.fields.get("role", Const(""))) in ("system", "developer")


def _short(run: Run, request: Request, marks: list[int]) -> None:
    """What is marked is wholly known, and shorter than the least that is cached."""
    prefix = request.segments[: marks[-1] + 1]
    if any(s.is_unknown or s.origins or s.rank > RELEASE for s in prefix) or not request.target:
        return
    tokens = sum(s.tokens for s in prefix)
    least = minimum_of(request.target, request.model)
    if tokens < least * (1.0 if run.counter.is_exact else 0.8):
        about = "" if run.counter.is_exact else "about "
        model = plain_model(request.model) or request.target
        what = f"the marked prefix has {about}{tokens} tokens, and `{model}` caches nothing below {least}"
        run.evidence.append(
            Evidence(
                Cause.TOO_SHORT,
                prefix[-1].place or request.sink,
                request.sink,
                what,
                family=request.family,
                target=request.target,
            )
        )
