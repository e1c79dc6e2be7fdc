"""Why a message of two calls differs: a window, another spelling, a reminder, reasoning that is gone, another order."""

from __future__ import annotations

import json

from ..finding import Cause
from .carried import (
    arguments_of,
    blocks_of,
    carries_results,
    is_result,
    reasoning_of,
    without_reasoning,
)
from .differences import cause_of, changes
from .embedded import are_spelled_otherwise
from .heads import equal_data
from .units import Request, Unit


def message_cause(before: Request, after: Request, at: int) -> tuple[Cause | None, str]:
    """Why a message differs at a place of two calls; no cause where it is only asked again."""
    one, other = before.units[at], after.units[at]
    rest_a, rest_b = before.units[at:], after.units[at:]
    if _is_completion(rest_a, rest_b):
        return Cause.ENDED, "results of tools come in another order"
    if _is_window(rest_a, rest_b):
        return Cause.WINDOW, "the oldest messages are dropped"
    if one.role == other.role and one.plain == other.plain:
        return _same_text(one, other)
    if (
        reasoning_of(one)
        and not reasoning_of(other)
        and without_reasoning(one) == without_reasoning(other)
    ):
        return Cause.REASONING, "the reasoning of an earlier turn"
    if one.role != other.role and _holds(rest_a, other) and not _holds(rest_b, one):
        return Cause.WINDOW, "earlier messages are dropped"
    if at == len(before.units) - 1 and one.role == other.role:
        if _extends(one.plain, other.plain):
            return Cause.UNSAVED, "the newest message was sent otherwise than it is replayed"
        if one.role in ("user", "tool") and len(after.units) == len(before.units):
            return None, ""
        return Cause.UNSAVED, "the newest message was sent otherwise than it is replayed"
    if _holds(rest_b, one):
        return Cause.REWRITTEN, "a message is put in front of earlier ones"
    if one.role == other.role and are_spelled_otherwise(one.plain, other.plain):
        return Cause.ARGUMENTS, "arguments of a call, spelled otherwise,"
    found = changes(one.plain, other.plain)
    cause = cause_of(found[0][0], found[0][1]) if found else Cause.VARYING
    if cause in (Cause.CLOCK, Cause.RANDOM, Cause.SIGNED):
        return cause, "an earlier message holds another value now"
    return Cause.REWRITTEN, "an earlier message is rewritten"


def _extends(one: str, other: str) -> bool:
    """Whether one text is the other with something put on: a reminder that comes or goes."""
    return (
        bool(one)
        and bool(other)
        and (
            one.startswith(other)
            or other.startswith(one)
            or one.endswith(other)
            or other.endswith(one)
        )
    )


def _same_text(one: Unit, other: Unit) -> tuple[Cause | None, str]:
    """Messages that read alike, in other bytes."""
    if arguments_of(one) != arguments_of(other):
        pairs = zip(arguments_of(one), arguments_of(other), strict=False)
        if all(equal_data(a, b) or a == b for a, b in pairs):
            return Cause.ARGUMENTS, "arguments of a call, spelled otherwise,"
    if reasoning_of(one) != reasoning_of(other):
        return Cause.REASONING, "the reasoning of an earlier turn"
    if type(_content(one)) is not type(_content(other)):
        return Cause.SHAPE, "a content that is a string on one turn and blocks on the next"
    if equal_data(one.text, other.text):
        return Cause.KEY_ORDER, "a message"
    cause = cause_of(*_first_change(one.text, other.text))
    if cause in (Cause.RANDOM, Cause.CLOCK, Cause.SIGNED):
        return cause, "an id in an earlier message"
    return Cause.REWRITTEN, "an earlier message is written otherwise"


def _first_change(one: str, other: str) -> tuple[str, str]:
    found = changes(one, other)
    return (found[0][0], found[0][1]) if found else ("", "")


def _content(unit: Unit) -> object:
    return unit.data.get("content") if isinstance(unit.data, dict) else unit.data


def _is_window(before: tuple[Unit, ...], after: tuple[Unit, ...]) -> bool:
    """Whether what is left of the history begins later: the same messages, moved forward."""
    for skip in range(1, min(len(before), 200)):
        kept = before[skip:]
        length = min(len(kept), len(after))
        if length >= 1 and all(
            kept[i].plain == after[i].plain and kept[i].role == after[i].role for i in range(length)
        ):
            return len(kept) <= len(after) and bool(kept[0].plain)
    return False


def _holds(units: tuple[Unit, ...], unit: Unit) -> bool:
    return any(each.plain == unit.plain and each.role == unit.role for each in units if each.plain)


def _is_completion(before: tuple[Unit, ...], after: tuple[Unit, ...]) -> bool:
    """Whether neighbouring tool results changed places."""
    run_a, run_b = _results(before), _results(after)
    return len(run_a) >= 2 and run_a != run_b and sorted(run_a) == sorted(run_b[: len(run_a)])


def _results(units: tuple[Unit, ...]) -> list[str]:
    found: list[str] = []
    for unit in units:
        blocks = [b for b in blocks_of(unit) if is_result(b)]
        if not found and len(blocks) > 1:
            return [json.dumps(b, sort_keys=True) for b in blocks]
        if carries_results(unit):
            found.append(unit.text)
        elif found:
            break
    return found
