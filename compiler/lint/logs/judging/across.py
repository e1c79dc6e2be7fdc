"""Breaks across sessions: heads that differ before text that is the same again."""

from __future__ import annotations

import itertools
from collections import Counter

from ...finding import Cause
from ..breaks import Break
from ..differences import changes, common, excerpt
from ..heads import text_cause, tools_cause
from ..sessions import FamilyOfCalls, likeness
from ..units import Request, Unit
from .scale import WORTH, Judgement, Scale


def breaks_across(scale: Scale, family: FamilyOfCalls, made: Judgement) -> list[Break]:
    """The heads of neighbouring sessions: what differs before text that is the same again."""
    found: list[Break] = []
    firsts = [session.requests[0] for session in family.sessions]
    for before, after in itertools.pairwise(firsts):
        broken = _difference_of_heads(scale, before, after)
        if broken is None:
            made.shared += common_head(scale, before, after)
        else:
            made.shared += broken.shared
            found.append(broken)
    if _are_several_programs(family.requests):
        found = [each for each in found if each.cause is not Cause.TOOL_SET]
    if not _are_a_few(firsts):
        return found
    alike = {Cause.VARYING, Cause.COUNTER, *([Cause.TOOL_SET] if _have_own_tools(firsts) else [])}
    return [each for each in found if each.cause not in alike]


_MOSTLY = 16
"""How much more is shared than lost where a session's own text stands at the end."""

_WHOLE = (Cause.UNORDERED, Cause.KEY_ORDER, Cause.ENDINGS, Cause.CHARACTERS)
"""Causes by which all of a text is written otherwise."""

_OFTEN = 4
"""Calls for each of a few heads that make them programs of their own."""


def _are_a_few(requests: list[Request]) -> bool:
    """Whether a few heads come again and again: programs beside one another, none of which varies."""
    counts = Counter(request.system or (request.head,) for request in requests)
    return len(counts) * _OFTEN <= len(requests) and min(counts.values()) > 1


_OTHERWISE = 0.8
"""How much alike the system texts of two programs are at most, where one text with another name in it is more so."""


def _are_several_programs(requests: list[Request]) -> bool:
    """Whether calls have one of a few system texts that differ widely, each with tools of its own, all along."""
    if not _are_a_few(requests) or not _have_own_tools(requests):
        return False
    heads = {request.system: request.head for request in requests}
    sets = {tuple(sorted(t.role for t in r.tools)) for r in requests}
    pairs = itertools.combinations(heads.values(), 2)
    return len(sets) == len(heads) and all(likeness(a, b) < _OTHERWISE for a, b in pairs)


def _have_own_tools(requests: list[Request]) -> bool:
    """Whether calls with one system text have one set of tools."""
    pairs = {(r.system, tuple(sorted(t.text for t in r.tools))) for r in requests}
    return len(pairs) == len({system for system, _ in pairs}) > 1


def common_head(scale: Scale, before: Request, after: Request) -> int:
    """Tokens that two requests begin with alike."""
    total = 0
    for one, other in zip(before.units, after.units, strict=False):
        if one.text != other.text:
            return total + scale.count(other.text[: common(one.text, other.text)])
        total += scale.count(other.text)
    return total


def _difference_of_heads(scale: Scale, before: Request, after: Request) -> Break | None:
    shared = 0
    if [t.text for t in before.tools] != [t.text for t in after.tools] and (
        before.tools or after.tools
    ):
        cause, what = tools_cause(before, after)
        lost = sum(scale.count(u.text) for u in after.system) + sum(
            scale.count(t.text) for t in after.tools if t.text in {x.text for x in before.tools}
        )
        return Break(cause, what, after, "tools", lost, 0) if lost >= WORTH else None
    shared += sum(scale.count(t.text) for t in after.tools)
    heads = (head_units(before), head_units(after))
    for number, (one, other) in enumerate(zip(*heads, strict=False)):
        if one == other:
            shared += scale.count(other.text)
            continue
        return _difference_in_text(scale, heads, number, after, shared)
    return None


def head_units(request: Request) -> list[Unit]:
    """System text, then messages: few-shot examples are part of the head."""
    return [*request.system, *request.messages]


def _readable(one: Unit, other: Unit) -> tuple[str, str]:
    """The texts of two units: as they read, if that is where they differ."""
    is_plain = bool(one.plain and other.plain) and one.plain != other.plain
    return (one.plain, other.plain) if is_plain else (one.text, other.text)


def _difference_in_text(
    scale: Scale,
    heads: tuple[list[Unit], list[Unit]],
    number: int,
    after: Request,
    shared: int,
) -> Break | None:
    one, other = _readable(heads[0][number], heads[1][number])
    found = changes(one, other)
    behind = found[0][3] if found else 0
    later = sum(
        scale.count(b.text)
        for a, b in zip(heads[0][number + 1 :], heads[1][number + 1 :], strict=False)
        if a == b
    )
    lost = behind // 4 + later
    cause, what = text_cause(one, other, "the head")
    if cause in _WHOLE:
        lost = max(lost, scale.count(other) - scale.count(other[: common(one, other)]))
    at = common(one, other)
    is_late = number == len(heads[1]) - 1 and number > 0
    is_late = is_late or shared + scale.count(other[:at]) > lost * _MOSTLY
    if lost < (WORTH * 4 if is_late else WORTH):
        return None
    notes = (
        f"first difference at byte {len(other[:at].encode(errors='replace')):,} of the head:",
        f"before: {excerpt(one, at)}",
        f"now:    {excerpt(other, at)}",
    )
    return Break(cause, what, after, "head", lost, shared + scale.count(other[:at]), notes)
