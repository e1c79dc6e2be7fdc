"""Breakpoints: how many, behind what, and whether what they mark is long enough."""

from __future__ import annotations

from dataclasses import replace

from ...finding import Cause, Evidence, Loss
from ...layout import RELEASE, REQUEST, TURN, Origin, Request
from ...target import minimum_of, plain_model
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
        start = marks[number - 1] + 1 if number else 0
        inside = segments[start : mark + 1]
        before = sum(s.tokens for s in segments[:mark] if s.rank <= RELEASE)
        in_history = any(s.is_history for s in segments[: mark + 1])
        loose = [
            o
            for s in inside
            for o in s.origins
            if o.rank >= TURN and not s.is_newest and o.place not in told
        ]
        if loose and segments[mark].region in ("system", "tools") and not in_history:
            run.evidence.append(_marked_with(request, loose[0], before))
            continue
        people = [o for s in inside for o in s.origins if o.cause is Cause.USER]
        if people and one_shot and not number and before >= AUTOMATIC and not in_history:
            run.evidence.append(_marked_with(request, people[0], before))
            continue
        last = mark == len(segments) - 1
        varies = any(
            s.is_unknown or s.origins
            for s in inside
            if s.region not in ("system", "tools") and not s.is_history
        )
        if (
            one_shot
            and last
            and varies
            and before >= 64
            and segments[mark].region not in ("system", "tools")
        ):
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
