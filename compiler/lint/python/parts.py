"""Attributes of values of which only the name is known: what they keep of its order, and of a clock."""

from __future__ import annotations

import re

from ..finding import Cause
from .clocks import COARSE_PARTS, at_rank
from .values import Opaque, Value

_INSTANCE = re.compile(r"[A-Z]\w*\(\)$")
"""The label of what a class that isn't known made: what it holds may change."""

_OF_PARTS = frozenset({Cause.TOOL_ORDER, Cause.WINDOW})
_OF_ALL = _OF_PARTS | {Cause.UNORDERED}
_WHOLE = frozenset(
    "text content contents body value data result output prompt html markdown".split()
)
"""Attributes that hold all of a thing, in the order that it has."""


def part_of(value: Opaque, name: str) -> Value:
    """`value.name`; a part of a clock may be coarser."""
    label = (
        f"{value.label}.{name}"
        if value.label and not value.label.startswith("<")
        else value.label or name
    )
    # the answer of a server that lists its tools holds them in that order; a chain may cut the history
    kept = _OF_ALL if name in _WHOLE else _OF_PARTS
    listed = frozenset(t for t in value.shape if t.cause in kept)
    found = Opaque(
        value.taints,
        listed,
        label=label,
        parent=value.parent,
        index=value.index,
        is_reply=value.is_reply,
        is_fixed=value.is_fixed and not _INSTANCE.match(value.label),
        contents=value.contents,
    )
    return at_rank(found, COARSE_PARTS[name]) if name in COARSE_PARTS else found
