"""Where in a template's source a fault comes from: the line that wrote what differs, else one that reads like it."""

from __future__ import annotations

import re

from ....ir.target.child import TemplateChild
from ..finding import Cause
from .assigned import assigned_at
from .probe import Fault
from .traced import around, traced, untraced

LEAD = 12
"""Characters before a difference that are looked at."""

_LITERAL = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_SLICE = re.compile(
    r"messages\s*\[(?!\s*1\s*:\s*\])[^\]]*:|\|\s*(last|batch|slice)\b|loop\.(revindex|last|length)"
)
_LOOP = re.compile(r"\bfor\s+\w+(\s*,\s*\w+)?\s+in\s+\w*messages")
_CLOCK = re.compile(r"strftime_now|now\(|today|current_date|date_string")
_DRAWS = re.compile(r"\|\s*random|lipsum|\bshuffle")
_CONDITIONS = re.compile(
    r"last_query|last_user|ns\.|loop\.|enable_thinking|reasoning_content|thinking"
)
_REASONING = re.compile(r"\bif\b.*\b(reasoning_content|reasoning|thinking)\b.*(loop\.|ns\.|last)")
"""Where it hangs on a turn's place whether its reasoning is written."""


def line_of(source: str, fault: Fault, child: TemplateChild) -> int:
    """The 1-based line of a template that a fault is about. Raises ChildError."""
    return fault.line or _by_trace(source, fault, child) or _by_words(source, fault)


def _by_trace(source: str, fault: Fault, child: TemplateChild) -> int:
    """The line of the condition that writes what only one of the two texts has; 0 where it can't be told."""
    if fault.cause not in (Cause.NOT_MONOTONE, Cause.TEMPLATE_ORDER) or len(fault.cases) != 2:
        return 0
    outcomes = child.render(traced(source), fault.cases)
    found = [untraced(outcome.text or "") for outcome in outcomes]
    if [each.text for each in found] != [fault.before, fault.now]:
        return 0
    if fault.cause is Cause.NOT_MONOTONE and (told := assigned_at(source, fault, child)):
        return told
    before, now = (each.line_at(fault.at) for each in found)
    if fault.cause is Cause.TEMPLATE_ORDER:
        return around(source, before).condition or before
    if before == now or not before or not now:
        return 0
    line = before if around(source, before).depth >= around(source, now).depth else now
    return around(source, line).condition or line


def _by_words(source: str, fault: Fault) -> int:
    lines = source.split("\n")
    if fault.cause is Cause.TEMPLATE_CLOCK:
        return _first(lines, re.compile("strftime_now")) or _first(lines, _CLOCK) or 1
    if fault.cause is Cause.RANDOM:
        return _first(lines, _DRAWS) or 1
    if fault.cause is Cause.TEMPLATE_FAILS:
        return _first(lines, re.compile(r"tool_calls|arguments")) or 1
    window = (
        fault.before[max(fault.at - LEAD, 0) : fault.at + 40],
        fault.now[max(fault.at - LEAD, 0) : fault.at + 40],
    )
    if "reasoning" in fault.what and (told := _first(lines, _REASONING)):
        return told
    sliced = _first(lines, _SLICE)
    found = _by_literal(lines, *window)
    if (
        sliced
        and fault.cause is Cause.NOT_MONOTONE
        and (not found or "messages[" in lines[sliced - 1].replace(" ", ""))
    ):
        return sliced
    return found or _first(lines, _CONDITIONS) or _first(lines, _LOOP) or 1


def _first(lines: list[str], pattern: re.Pattern[str]) -> int:
    return next((n for n, line in enumerate(lines, start=1) if pattern.search(line)), 0)


def _by_literal(lines: list[str], before: str, now: str) -> int:
    """The line with a literal that is in one of the texts and not in the other, the one nearest to the difference."""
    best: tuple[int, int, int] | None = None
    for number, line in enumerate(lines, start=1):
        for match in _LITERAL.finditer(line):
            literal = _unescaped(match[1] or match[2] or "").strip()
            if len(literal) < 3 or (literal in before) == (literal in now):
                continue
            distance = abs((before if literal in before else now).find(literal) - LEAD)
            found = (-distance, len(literal), -number)
            best = found if best is None else max(best, found)
    return -best[2] if best else 0


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\'", "'").replace('\\"', '"')
