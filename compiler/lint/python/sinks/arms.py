"""Rounds of one loop, or arms that start together: where they differ, and what they share behind that."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...finding import Cause, Evidence, Loss, Place
from ...layout import REQUEST, WORTH_INSIDE, Request
from ...passages import is_passage
from ..binding import COUNTER, VARIABLE
from ..frames import Loop
from ..machine import Run
from ..messages import dict_of, options_of
from ..places import dotted
from ..requests import Given
from ..taints import Hole, Part, Taint
from ..telling import evidence_of
from ..texts import parts_of
from ..values import ListV, Value

Piece = tuple[str, bool]
"""Text or the name of a value, and whether it varies with the loop."""


def judge_arms(run: Run, given: Given, request: Request) -> None:
    """Note what all rounds of a loop, or several calls of one function, share behind what differs between them."""
    loop = run.loops[0] if run.loops else None
    if loop is None:
        _judge_calls(run, given, request)
        return
    if not _goes_through(loop):
        return
    pieces = [*_pieces(run, given, request.sink)]
    first = run.rounds.setdefault((request.sink, loop.number), pieces)
    at = _parting(first, pieces)
    shared = [*_shared(first[at + 1 :], pieces[at + 1 :])] if at is not None else []
    tokens = sum(run.counter.count(text) for text in shared if not text.startswith("\0"))
    if tokens < WORTH_INSIDE and not any(_is_passage(pieces, text) for text in shared):
        return
    place = loop.place
    if any(each.origin == place and each.sink == request.sink for each in run.evidence):
        return
    what = (
        "what differs between the rounds" if not run.concurrent else "what differs between the arms"
    )
    loss = Loss(tokens, more="" if tokens else "what they share")
    run.evidence.append(
        Evidence(
            Cause.ARM, place, request.sink, what, (), loss, request.family, target=request.target
        )
    )


def as_of_arms(run: Run, found: Iterable[Evidence]) -> Iterator[Evidence]:
    """What arms of one state have each for itself, in front of what all of them have: they part too early."""
    starts = {loop.place.start for loop in run.loops}
    for each in found:
        is_of_loop = each.origin.start in starts or each.what in (VARIABLE, COUNTER)
        is_own = each.cause in (Cause.VARYING, Cause.COUNTER) and is_of_loop
        what = "what differs between the arms"
        yield replace(each, cause=Cause.ARM, what=what) if is_own else each


def _judge_calls(run: Run, given: Given, request: Request) -> None:
    """Calls of one function with other texts each: fixed text that all of them hold stands behind those."""
    pieces = [*_pieces(run, given, request.sink)]
    first = run.rounds.setdefault((request.sink, 0), pieces)
    at = _parting(first, pieces)
    if at is None or first[at][0].startswith("\0") or pieces[at][0].startswith("\0"):
        return
    shared = _shared(first[at + 1 :], pieces[at + 1 :])
    tokens = sum(run.counter.count(text) for text in shared if not text.startswith("\0"))
    if tokens >= WORTH_INSIDE:
        taint = Taint(Cause.VARYING, REQUEST, request.sink, "what differs between the calls")
        run.evidence.append(evidence_of(request, taint.cause, taint, more="", tokens=tokens))


def _goes_through(loop: Loop) -> bool:
    """Whether a loop goes through things, each of which is asked about: not one that takes steps of one task."""
    if isinstance(loop.node, ast.While) or loop.frame is None:
        return False
    counted = loop.node.iter if isinstance(loop.node, ast.For | ast.AsyncFor) else None
    return not (
        isinstance(counted, ast.Call) and dotted(counted.func) in ("range", "itertools.count")
    )


def _pieces(run: Run, given: Given, place: Place) -> Iterator[Piece]:
    """The parts of a request in order: of literal text each line, of a value its name."""
    numbers = {loop.number for loop in run.loops}
    for part in _parts(given, place):
        if not isinstance(part, Hole):
            yield from ((line, False) for line in part.text.split("\n"))
        else:
            varies = any(t.needs in numbers for t in part.taints)
            yield f"\0.{part.label}", varies


def _parts(given: Given, place: Place) -> Iterator[Part]:
    for value in (given.system, given.messages):
        for option in options_of(value) if value is not None else ():
            items = option.items if isinstance(option, ListV) else []
            for item in items:
                yield from _of_message(item.value, place)
            if not isinstance(option, ListV):
                yield from parts_of(option, place)
            break


def _of_message(value: Value, place: Place) -> Iterable[Part]:
    message = dict_of(value)
    if message is None:
        return parts_of(value, place)
    content = message.fields.get("content", message.fields.get("text"))
    if isinstance(content, ListV):
        return [p for item in content.items for p in _of_message(item.value, place)]
    return parts_of(content, place) if content is not None else ()


def _parting(one: list[Piece], other: list[Piece]) -> int | None:
    """Where two rounds part, or one of them holds what varies with the loop."""
    for at, (left, right) in enumerate(zip(one, other, strict=False)):
        if left[0] != right[0] or right[1]:
            return at
    return None


def _shared(one: list[Piece], other: list[Piece]) -> Iterator[str]:
    """What stands in both rounds behind the place where they part."""
    there = {text for text, varies in one if not varies}
    return (text for text, varies in other if not varies and text in there and text.strip())


def _is_passage(pieces: list[Piece], text: str) -> bool:
    """Whether what rounds share is a value that is long."""
    if not text.startswith("\0."):
        return False
    texts = [piece[0] for piece in pieces]
    at = texts.index(text)
    is_apart = at > 0 and not texts[at - 1] and "".join(texts[at + 1 : at + 2]) == ""
    name = text.removeprefix("\0.")
    return is_passage(name, is_apart and bool(_GIVEN.match(name)))


_GIVEN = re.compile(r"(?!reply\b)[A-Za-z_][\w.]*$")
"""What is given by a name of its own: no answer of a model, and no element, which is another one each time."""
