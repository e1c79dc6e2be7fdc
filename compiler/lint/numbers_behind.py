"""Numbers of which a literal holds the first digits: the digits at the seam are cut into tokens anew for each value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .finding import Cause, Evidence, Loss, Place
from .layout import RELEASE, WORTH, Request
from .tokens import Counter

_NUMBER = re.compile(
    r"(^|[._\[(\s\"'])(number|no|nr|num|serial|id|idx|index|seq|sequence|count|counter|ordinal)[\"'\])]*$"
)
"""Names of values that are numbers, or ids in digits."""

_DIGITS = re.compile(r"[0-9]+$")
_VALUES = tuple(map(str, (0, 7, 42, 1234)))
"""Values with which the seam is tried, where a tokenizer is at hand."""


def digits_before(text: str, name: str) -> str:
    """The digits that a text ends with, where the value behind it is a number or an id by its name; else nothing."""
    found = _DIGITS.search(text)
    return found[0] if found and _NUMBER.search(name.lower()) else ""


def split_numbers(request: Request, counter: Counter, source: str) -> Iterator[Evidence]:
    """Evidence where text that calls share ends inside a number: all in front of it stays longer than the number."""
    begun = (n for n, s in enumerate(request.segments) if s.goes_on_from and s.rank > RELEASE)
    at = next(begun, 0)
    value, shared = request.segments[at] if at else None, request.segments[:at]
    if value is None or value.region == "tools" or sum(s.tokens for s in shared) < WORTH:
        return
    if any(s.rank >= value.rank or s.is_history for s in shared):
        return
    digits, text = value.goes_on_from, shared[-1].text
    if not _moves(text, counter):
        return
    place = value.place or shared[-1].place or _written(text, request.sink, source)
    what = f"`{digits}` in front of the other digits of a number"
    yield Evidence(
        Cause.SEAM,
        place,
        request.sink,
        what,
        loss=Loss(1),
        family=request.family,
        target=request.target,
    )


def _moves(text: str, counter: Counter) -> bool:
    """Whether a number's first digits are other tokens before other values; without a tokenizer they may be."""
    if counter.ids is None:
        return True
    alone = list(counter.ids(text))
    return any(list(counter.ids(text + value))[: len(alone)] != alone for value in _VALUES)


def _written(text: str, sink: Place, source: str) -> Place:
    """Where the end of a text stands in the source in front of a value, if that is one place; else the call."""
    words = re.escape(text.rpartition("\n")[2][-24:])
    found = [*re.finditer(words + r"(?=\{|%)", source)]
    if len(found) != 1:
        return sink
    line = source.count("\n", 0, found[0].start()) + 1
    column = found[0].start() - source.rfind("\n", 0, found[0].start())
    return Place(sink.file, line, column, line, column + len(found[0][0]))
