"""Breaks inside a session: where a call does not begin with all of the call before, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..finding import Cause
from .differences import common, excerpt
from .heads import text_cause, tools_cause
from .rewrites import message_cause
from .units import Request, Unit


@dataclass(frozen=True, slots=True)
class Break:
    """One difference: its cause, what differs, the call in which it shows, and the tokens behind it."""

    cause: Cause
    what: str
    request: Request
    where: str
    lost: int
    shared: int
    notes: tuple[str, ...] = field(default=())
    unit: Unit | None = None
    """What differs, as it is now."""


def break_between(before: Request, after: Request, count: Counting) -> Break | None:
    """The first place at which a call differs from the one before, None where it only goes on."""
    if after.begins_with(before.units):
        return None
    pairs = list(zip(before.units, after.units, strict=False))
    at = next(
        (i for i, (a, b) in enumerate(pairs) if a.text != b.text or a.kind != b.kind), len(pairs)
    )
    shared = sum(count(unit.text) for unit in after.units[:at])
    if at == len(before.units):
        return None
    if at == len(after.units):
        return _shortened(before, after, at, shared, count)
    return _at_unit(before, after, at, shared, count)


class Counting:
    """Counts tokens of texts, each text once."""

    def __init__(self, count: object) -> None:
        self._count = count
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        found = self._known.get(text)
        if found is None:
            found = self._count(text)  # type: ignore[operator]
            self._known[text] = found
        return found


def _lost(before: Request, at: int, count: Counting) -> int:
    """What the cache holds behind a place, and can't be used for."""
    return sum(count(unit.text) for unit in before.units[at:])


def _made(
    cause: Cause,
    what: str,
    after: Request,
    unit: Unit,
    lost: int,
    shared: int,
    notes: tuple[str, ...],
) -> Break:
    where = (
        "tools"
        if unit.kind == "tools"
        else "system text"
        if unit.kind == "system"
        else f"message ({unit.role})"
    )
    return Break(cause, what, after, where, lost, shared, notes, unit)


def _shortened(
    before: Request, after: Request, at: int, shared: int, count: Counting
) -> Break | None:
    """A call that ends before the one it goes on with: a retry, or a history that lost its end."""
    if len(before.units) - at <= 1:
        return None
    return _made(
        Cause.REWRITTEN,
        "messages are missing",
        after,
        before.units[at],
        _lost(before, at, count),
        shared,
        (),
    )


def _at_unit(
    before: Request, after: Request, at: int, shared: int, count: Counting
) -> Break | None:
    one, other = before.units[at], after.units[at]
    offset = common(one.text, other.text)
    notes = (
        f"first difference in {_place_words(after, at)}, byte {len(other.text[:offset].encode(errors='replace')):,}:",
        f"before: {excerpt(one.text, offset)}",
        f"now:    {excerpt(other.text, offset)}",
    )
    inside = count(other.text[:offset])
    lost = _lost(before, at, count) - inside
    cause, what = _why(before, after, at)
    if cause is None:
        return None
    return _made(cause, what, after, other, lost, shared + inside, notes)


def _place_words(request: Request, at: int) -> str:
    unit = request.units[at]
    if unit.kind == "tools":
        return f"tool {at + 1} (`{unit.role}`)"
    if unit.kind == "system":
        return "the system text"
    first = next(i for i, u in enumerate(request.units) if u.kind == "message")
    return f"message {at - first + 1} ({unit.role})"


def _why(before: Request, after: Request, at: int) -> tuple[Cause | None, str]:
    one, other = before.units[at], after.units[at]
    if one.kind == "tools" or other.kind == "tools":
        return tools_cause(before, after)
    if one.kind == "system" or other.kind == "system":
        return text_cause(one.text, other.text, "the system text")
    return message_cause(before, after, at)
