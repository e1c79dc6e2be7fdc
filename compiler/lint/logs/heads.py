"""Why the heads of two calls differ: their tools, or their system text."""

from __future__ import annotations

import json
import re

from ..finding import Cause
from .differences import cause_of, changes, common
from .units import Request


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
            if equal_data(one.text, other.text):
                return Cause.KEY_ORDER, f"the schema of `{one.role}`"
            cause, what = text_cause(one.text, other.text, f"the tool `{one.role}`")
            return (Cause.TOOL_SET if cause in (Cause.VARYING, Cause.UNORDERED) else cause), what
    return Cause.TOOL_ORDER, "the order of the tools changes"


def equal_data(one: str, other: str) -> bool:
    """Whether two texts are the same data in another spelling."""
    try:
        return json.loads(one) == json.loads(other)
    except (ValueError, RecursionError):
        return False


def text_cause(one: str, other: str, where: str) -> tuple[Cause, str]:
    """Why two texts of the head differ."""
    found = changes(one, other)
    if not found:
        return Cause.VARYING, f"{where} differs"
    if _are_shown_otherwise(one, other):
        return Cause.SAMPLED, f"the order of the examples in {where}"
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


_BLOCKS = re.compile(r"\n[ \t]*\n")
_LEAST = 3
"""Examples from which on their order is spoken of."""


def _are_shown_otherwise(one: str, other: str) -> bool:
    """Whether texts hold the same examples in another order: paragraphs that begin with the same word."""
    before, after = _BLOCKS.split(one.strip()), _BLOCKS.split(other.strip())
    both = set(before) & set(after)
    kept = [block for block in before if block in both]
    moved = [block for block in after if block in both]
    openings = {block.split(maxsplit=1)[0] for block in both if block.strip()}
    is_most = 2 * len(both) > max(len(before), len(after)) and len(both) >= _LEAST
    return is_most and len(openings) == 1 and kept != moved and sorted(kept) == sorted(moved)


def _line_around(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start : end if end >= 0 else len(text)][:4000]
