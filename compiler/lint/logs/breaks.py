"""Breaks inside a session: where a call does not begin with all of the call before, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ..finding import Cause
from .differences import cause_of, changes, common, excerpt
from .units import Request, Unit, arguments_of, reasoning_of, without_reasoning


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
    return Break(cause, what, after, where, lost, shared, notes)


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
    return _message_cause(before, after, at)


def tools_cause(before: Request, after: Request) -> tuple[Cause, str]:
    """Why the tools of two calls differ."""
    a, b = [t.text for t in before.tools], [t.text for t in after.tools]
    names_a, names_b = [t.role for t in before.tools], [t.role for t in after.tools]
    if sorted(a) == sorted(b):
        return Cause.TOOL_ORDER, "the order of the tools changes"
    if sorted(names_a) != sorted(names_b):
        added = [n for n in names_b if n not in names_a]
        gone = [n for n in names_a if n not in names_b]
        words = [f"`{n}` joins" for n in added[:2]] + [f"`{n}` leaves" for n in gone[:2]]
        return Cause.TOOL_SET, ", ".join(words) or "the number of tools changes"
    for one, other in zip(before.tools, after.tools, strict=False):
        if one.text != other.text:
            if _equal_data(one.text, other.text):
                return Cause.KEY_ORDER, f"the schema of `{one.role}`"
            cause, what = text_cause(one.text, other.text, f"the tool `{one.role}`")
            return (Cause.TOOL_SET if cause in (Cause.VARYING, Cause.UNORDERED) else cause), what
    return Cause.TOOL_ORDER, "the order of the tools changes"


def _equal_data(one: str, other: str) -> bool:
    try:
        return json.loads(one) == json.loads(other)
    except (ValueError, RecursionError):
        return False


def text_cause(one: str, other: str, where: str) -> tuple[Cause, str]:
    """Why two texts of the head differ."""
    found = changes(one, other)
    if not found:
        return Cause.VARYING, f"{where} differs"
    old, new, at, _ = found[0]
    joined_old, joined_new = "".join(c[0] for c in found[:12]), "".join(c[1] for c in found[:12])
    context = other[max(at - 40, 0) : at + 60]
    start, end = _line_around(one, common(one, other)), _line_around(other, common(one, other))
    cause = cause_of(old, new, context)
    if cause in (Cause.VARYING, Cause.RANDOM) and cause_of(start, end) is Cause.UNORDERED:
        cause = Cause.UNORDERED
    if cause is Cause.VARYING and cause_of(joined_old, joined_new, context) in (
        Cause.UNORDERED,
        Cause.CLOCK,
    ):
        cause = cause_of(joined_old, joined_new, context)
    if cause is Cause.VARYING and cause_of(one, other) is Cause.UNORDERED:
        cause = Cause.UNORDERED
    return cause, f"{cause.value} in {where}"


def _line_around(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start : end if end >= 0 else len(text)][:4000]


def _message_cause(before: Request, after: Request, at: int) -> tuple[Cause | None, str]:
    one, other = before.units[at], after.units[at]
    rest_a, rest_b = before.units[at:], after.units[at:]
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
    if _is_completion(rest_a, rest_b):
        return Cause.COMPLETION, "results of tools come in another order"
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
        if all(_equal_data(a, b) or a == b for a, b in pairs):
            return Cause.ARGUMENTS, "arguments of a call, spelled otherwise,"
    if reasoning_of(one) != reasoning_of(other):
        return Cause.REASONING, "the reasoning of an earlier turn"
    if type(_content(one)) is not type(_content(other)):
        return Cause.SHAPE, "a content that is a string on one turn and blocks on the next"
    if _equal_data(one.text, other.text):
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
        if unit.role in ("tool", "function_call_output", "function"):
            found.append(unit.text)
        elif found:
            break
        elif isinstance(content := _content(unit), list):
            blocks = [b for b in content if isinstance(b, dict) and b.get("type") == "tool_result"]
            if len(blocks) > 1:
                return [json.dumps(b, sort_keys=True) for b in blocks]
    return found
