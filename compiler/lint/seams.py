"""Where the fixed text of a request ends: at a boundary of tokens, and of the blocks of the target's cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from .finding import Cause, Evidence, Loss, Place
from .layout import Request, is_fixed, static_prefix
from .target import rules_of
from .tokens import Counter

SAMPLES = ("a", "The", "7", " x", "\n", ".", "é")
"""Beginnings of values: what stays before all of them is what a cache can hold."""


def ends_of(request: Request, counter: Counter) -> Iterator[Evidence]:
    """Evidence where a request's fixed text ends badly. Seams are only judged with a tokenizer."""
    text, is_whole = static_prefix(request)
    if is_whole or not text:
        return
    unit = rules_of(request.target).granularity
    if counter.ids is not None:
        yield from _seam(request, text, counter.ids, unit)
    if unit > 1:
        yield from _rest(request, counter.count(text), unit)


def blank_end(request: Request) -> Iterator[Evidence]:
    """Evidence where a model goes on behind a blank, which would belong to its first token."""
    last = request.segments[-1] if request.segments else None
    if last is not None and last.text.endswith((" ", "\t")):
        what = "a blank at the end, behind which the model goes on"
        loss = Loss(1)
        yield Evidence(
            Cause.SEAM,
            last.place or request.sink,
            request.sink,
            what,
            loss=loss,
            family=request.family,
            target=request.target,
        )


def _seam(
    request: Request, text: str, ids: Callable[[str], Sequence[int]], unit: int
) -> Iterator[Evidence]:
    """Tokens that are lost because the end of the text merges with what follows: two and more, or a block."""
    alone = ids(text)
    kept = min(_alike(alone, ids(text + sample)) for sample in SAMPLES)
    lost = len(alone) - kept
    if unit > 1:
        lost = len(alone) // unit * unit - kept // unit * unit
    if lost >= 2:
        loss = Loss(lost, len(alone), is_exact=True)
        yield replace(_made(Cause.SEAM, request, "the seam", loss), origin=_end_of_fixed(request))


def _end_of_fixed(request: Request) -> Place:
    """Where the fixed text that a request begins with ends in the source, as far as that is known."""
    fixed = [s.place for s in takewhile(is_fixed, request.segments)]
    return next((place for place in reversed(fixed) if place is not None), request.sink)


def _alike(one: Sequence[int], other: Sequence[int]) -> int:
    for count, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return count
    return min(len(one), len(other))


def _rest(request: Request, tokens: int, unit: int) -> Iterator[Evidence]:
    rest = tokens % unit
    if tokens > unit and rest:
        what = f"{rest} of {tokens:,} fixed tokens stand in a block of {unit} that is never full"
        yield _made(Cause.MID_BLOCK, request, what, Loss(rest, tokens))


def _made(cause: Cause, request: Request, what: str, loss: Loss) -> Evidence:
    sink = request.sink
    return Evidence(
        cause, sink, sink, what, loss=loss, family=request.family, target=request.target
    )
