"""Fixed texts of two calls that read alike and are not the same: they share nothing behind the first difference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .finding import Cause, Evidence, Loss
from .layout import RELEASE, WORTH, Request, Segment

WORTH_TWICE = 3 * WORTH
"""Tokens of a text that is worth having once."""

LONG = 96
"""Characters of a line that is compared; what meets other text at its ends is not."""


def near_twins(requests: Sequence[Request]) -> Iterator[Evidence]:
    """Evidence for each text that differs from an earlier one in blanks, capitals or punctuation alone."""
    seen: dict[str, tuple[str, Request]] = {}
    told: set[str] = set()
    for request in requests:
        for segment in request.segments[:12]:
            for line in _lines(segment):
                first, other = seen.setdefault(_plain(line), (line, request))
                if _core(first) != _core(line) and line not in told and first not in told:
                    told.add(line)
                    yield _made(segment, request, other)


def _lines(segment: Segment) -> list[str]:
    """The long lines of a fixed text that is worth a word."""
    if segment.rank > RELEASE or segment.tokens < WORTH_TWICE:
        return []
    return [line for line in segment.text.split("\n") if len(line) >= LONG][:40]


def _made(segment: Segment, request: Request, other: Request) -> Evidence:
    what = "the text differs from that of another call in blanks, capitals or punctuation"
    loss = Loss(segment.tokens)
    return Evidence(
        Cause.NEAR_TWINS, request.sink, other.sink, what, loss=loss, family=request.family
    )


def _core(text: str) -> str:
    """A text without what stands at its ends, where it meets others."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", text)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()
