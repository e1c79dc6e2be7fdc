"""The one principle: a prompt is healthy when nothing in it changes sooner than what follows it.

A request is a sequence of segments, each with the rank of its lifetime (`LIFETIMES`: 0 is `const`). Readers
that know a program's text make requests, and get evidence for every inversion that has a known origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from ...ir.module import LIFETIMES
from .finding import Cause, Evidence, Loss, Place
from .passages import PASSAGE_TOKENS, is_passage

CONST, RELEASE, DAY, TENANT, USER, SESSION, TURN, REQUEST = range(len(LIFETIMES))

WORTH = 16
"""Tokens behind an inversion below which it isn't worth a word."""

WORTH_INSIDE = 96
"""The same where all of them stand in the newest message, which is asked once anyway."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something volatile comes from, and how it got here."""

    cause: Cause
    rank: int
    place: Place
    what: str
    path: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a prompt: literal text, or a value (then `text` is empty and `tokens` may be 0).

    `region`: `tools`, `system`, or a name for each message. `has_mark`: a breakpoint stands behind it.
    `place`: where it is written, or the breakpoint behind it.
    `is_history`: replayed messages whose text isn't known; `is_newest`: part of the last message.
    """

    rank: int
    text: str = ""
    tokens: int = 0
    origins: tuple[Origin, ...] = ()
    region: str = "system"
    place: Place | None = None
    has_mark: bool = False
    is_history: bool = False
    is_newest: bool = False
    is_unknown: bool = False
    is_answer: bool = False
    """Whether it is what the model said to all that stands in front of it."""

    shared_name: str = ""
    """What a value is called that is the same in all arms of the fork in which it is written."""

    goes_on_from: str = ""
    """Digits of literal text that a value goes on from, where the value is a number or an id."""


@dataclass(slots=True)
class Request:
    """What one call site sends: its segments in the order in which the service renders them."""

    sink: Place
    family: str
    segments: list[Segment] = field(default_factory=list)
    model: str = ""
    target: str = ""
    needs_marks: bool = False
    """Whether the service caches only up to breakpoints."""

    history: str = ""
    """Names the conversation that is sent, so that calls which send the same one are found."""

    has_tools: bool = False
    is_open: bool = False
    """Whether it is given arguments of which nothing is known: tools may be among them."""

    betas: frozenset[str] | None = None
    """Beta features that are asked for, where all of them are known."""

    is_count: bool = False
    """Whether only its tokens are asked for."""

    asked_from: Place | None = None
    """Where the function is called that sends it, for one that sends what others want."""


def inversions(request: Request, varying: int = WORTH_INSIDE) -> Iterator[Evidence]:
    """Evidence for every origin before text that stays the same longer; `varying`: what that is worth at least."""
    segments = readable(request)
    for at, segment in enumerate(segments):
        for origin in segment.origins:
            found = _inversion(request, segments, at, origin, varying)
            if found:
                yield found


ORDER = frozenset(
    {
        Cause.UNORDERED,
        Cause.COMPLETION,
        Cause.TOOL_ORDER,
        Cause.TOOL_SET,
        Cause.SAMPLED,
        Cause.KEY_ORDER,
        Cause.ADDRESS,
    }
)
"""Causes that change the text itself: they cost it even where nothing follows."""


def _inversion(
    request: Request, segments: Sequence[Segment], at: int, origin: Origin, varying: int
) -> Evidence | None:
    segment = segments[at]
    if origin.rank <= RELEASE:
        return None
    behind = segments[at + 1 :] if origin.cause is not Cause.VARYING else _unanswered(segments, at)
    after = [
        each for each in behind if each.rank < origin.rank and _counts(segment, each, origin.cause)
    ]
    known = sum(each.tokens for each in after)
    known += _of_all_arms(segments, at) if origin.cause is Cause.ARM else 0
    history = any(each.is_history for each in after)
    worth = 2 * WORTH if origin.cause in (Cause.BRANCH, Cause.ARM) else WORTH
    is_asked_once = segment.is_newest and origin.cause is not Cause.ARM
    worth = varying if origin.cause is Cause.VARYING else worth
    worth = WORTH_INSIDE if is_asked_once else worth
    if known < worth and not history and origin.cause not in ORDER:
        return None
    if segment.is_newest and origin.cause in ORDER and known < worth:
        return None
    loss = Loss(known, sum(s.tokens for s in segments), more="the history" if history else "")
    return Evidence(
        Cause.STATE if origin.cause is Cause.MODELS else origin.cause,
        origin.place,
        request.sink,
        origin.what,
        origin.path,
        loss,
        request.family,
        "tools" if segment.region == "tools" else "prompt",
        target=request.target,
        is_mild=known < WORTH * 4 and not history,
    )


def _of_all_arms(segments: Sequence[Segment], at: int) -> int:
    """Passages behind what an arm has for itself, that are the same in all of the arms."""
    region, found = segments[at].region, 0
    held = [*segments, Segment(CONST)]
    for before, each, after in zip(held[at:], held[at + 1 :], held[at + 2 :], strict=False):
        ends = after.region != region or after.text.startswith("\n")
        is_apart = ends and before.text.endswith("\n")
        if each.region == region and is_passage(each.shared_name, is_apart):
            found += PASSAGE_TOKENS
    return found


def _unanswered(segments: Sequence[Segment], at: int) -> Sequence[Segment]:
    """What stands behind a message up to the answer to it: what is said then is a later turn."""
    behind = segments[at + 1 :]
    if segments[at].region in ("system", "tools"):
        return behind
    end = next((n for n, each in enumerate(behind) if each.is_answer), len(behind))
    return behind[:end]


def _counts(volatile: Segment, stable: Segment, cause: Cause) -> bool:
    """Whether text behind something volatile could stand before it: a conversation's later turns could not."""
    is_answered = volatile.region.startswith(ANSWERED) and cause in _ASKED
    if not (volatile.region.startswith("turn") or is_answered):
        return True
    return stable.region == volatile.region


ANSWERED = "answered"
"""What the regions of messages are called that go on from a question: a tool was called for it."""

_ASKED = frozenset({Cause.VARYING, Cause.RETRIEVED, Cause.COUNTER, Cause.USER, Cause.BRANCH})
"""Causes that say what a conversation is about: another thing is asked, and stands there as long as it goes on."""


def siblings(requests: Sequence[Request]) -> Iterator[Evidence]:
    """Calls of one file that hold the same long text behind different beginnings."""
    seen: dict[str, Request] = {}
    for request in requests:
        for segment in request.segments[:12]:
            if segment.rank > RELEASE or segment.tokens < WORTH_INSIDE or not segment.text:
                continue
            for line in _long_pieces(segment.text):
                other = seen.setdefault(line, request)
                if other.sink != request.sink and not _begin_alike(other, request, line):
                    loss = Loss(segment.tokens)
                    what = "text that another call begins with as well"
                    yield Evidence(
                        Cause.SIBLINGS,
                        request.sink,
                        other.sink,
                        what,
                        loss=loss,
                        family=request.family,
                    )
                    return


def _long_pieces(text: str) -> list[str]:
    """Long lines, and what is left of them from each of their first sentences on."""
    lines = [line for line in text.split("\n") if len(line) >= LONG][:20]
    ends = [[m.end() for m in islice(_SENTENCE.finditer(line), 8)] for line in lines]
    rests = [line[at:] for line, each in zip(lines, ends, strict=True) for at in each]
    return [*lines, *(rest for rest in rests if len(rest) >= LONG)]


LONG = 160
_SENTENCE = re.compile(r"[.!?:] +")


def _begin_alike(one: Request, other: Request, line: str) -> bool:
    texts = ["".join(s.text if s.text else "\0" for s in r.segments) for r in (one, other)]
    heads = [text[: text.find(line)] for text in texts]
    return heads[0] == heads[1]


def readable(request: Request) -> list[Segment]:
    """The segments that a cache can hold: up to the last breakpoint, where one is needed and seen."""
    if not request.needs_marks:
        return request.segments
    marks = [i for i, segment in enumerate(request.segments) if segment.has_mark]
    if not marks:
        return request.segments
    return request.segments[: marks[-1] + 1]


def merged(segments: Sequence[Segment]) -> list[Segment]:
    """Neighbouring literals of one region as one segment."""
    found: list[Segment] = []
    for segment in segments:
        last = found[-1] if found else None
        if (
            last is not None
            and not last.has_mark
            and not (last.origins or segment.origins or last.is_history or segment.is_history)
            and (last.rank, last.region, last.is_newest, last.is_unknown)
            == (segment.rank, segment.region, segment.is_newest, segment.is_unknown)
        ):
            found[-1] = replace(
                last,
                text=last.text + segment.text,
                tokens=last.tokens + segment.tokens,
                has_mark=segment.has_mark,
                place=segment.place,
            )
        else:
            found.append(segment)
    return found


def is_fixed(segment: Segment) -> bool:
    """Whether a segment is literal text, which all calls of a release send."""
    is_open = segment.origins or segment.is_unknown or segment.is_history
    return segment.rank <= RELEASE and not is_open


def static_prefix(request: Request) -> tuple[str, bool]:
    """The literal text that a request begins with, and whether all of the request is literal."""
    text = ""
    for segment in request.segments:
        if not is_fixed(segment):
            return text, False
        text += segment.text
    return text, True
