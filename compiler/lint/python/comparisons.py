"""Comparisons: what they depend on, which isn't all that the compared values hold."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from ..finding import Cause
from ..layout import TURN
from .frames import Frame
from .holding import taints_in, union
from .machine import Run
from .places import place_of, shown
from .taints import NONE, Taint, Taints, saying
from .values import Choice, Const, DictV, ListV, Opaque, Text, Value


def comparison(run: Run, frame: Frame, node: ast.Compare) -> Value:
    values = [run.evaluate(run, frame, each) for each in (node.left, *node.comparators)]
    known = _known_comparison(node, values)
    if known is not None:
        return Const(known)
    if any(isinstance(v, Const) and v.value is None for v in values):
        return Opaque(union(presence(v) for v in values))
    taints = union(_compared(run, frame, v, node) for v in values)
    return Opaque(_without_expiry(node, values, taints))


_PARTS = re.compile(
    r"(hour|minute|second|microsecond|weekday|isoweekday|day|month|tm_\w+|strftime|time)(\(\))?$"
)


def _without_expiry(node: ast.Compare, values: list[Value], taints: Taints) -> Taints:
    """Whether a moment is past changes once, where a whole clock is compared: not a part of it, such as the hour."""
    is_order = all(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops)
    labels = [v.label for v in values if isinstance(v, Opaque) and taints_in(v, 1)]
    if not is_order or any(_PARTS.search(label) and label != "time.time" for label in labels):
        return taints
    return frozenset(replace(t, flag=EXPIRY) if t.cause is Cause.CLOCK else t for t in taints)


EXPIRY = "expiry"
"""The flag of a clock that says whether a moment is past."""


def expiring(test: Value) -> Taints:
    """The clocks by which a test becomes another one once, as what they are."""
    return frozenset(replace(t, flag="") for t in taints_in(test, 2) if t.flag == EXPIRY)


def presence(value: Value) -> Taints:
    """What it depends on whether there is a value at all: not on what a text says."""
    match value:
        case Text() | ListV() | DictV():
            return NONE
        case Choice(options=options, taints=taints):
            return union([taints, *(presence(option) for option in options)])
        case _:
            return frozenset(t for t in taints_in(value, 1) if t.cause not in _NEVER_MISSING)


_NEVER_MISSING = frozenset({Cause.UNORDERED, Cause.CLOCK, Cause.DATE, Cause.RANDOM, Cause.SIGNED})
"""Causes that say what a value is, and not whether there is one."""


def _known_comparison(node: ast.Compare, values: list[Value]) -> bool | None:
    if len(values) != 2 or not all(isinstance(v, Const) for v in values):
        return None
    left, right = (v.value for v in values if isinstance(v, Const))
    match node.ops[0]:
        case ast.Is() | ast.Eq():
            return left == right
        case ast.IsNot() | ast.NotEq():
            return left != right
        case _:
            return None


def _compared(run: Run, frame: Frame, value: Value, node: ast.AST) -> Taints:
    """What a comparison depends on: the newest message of a history is another one on every turn."""
    taints = saying(taints_in(value, 1))
    if isinstance(value, Opaque) and value.parent is not None and value.index == "last":
        place = place_of(frame.module, node)
        taints |= {Taint(Cause.STATE, TURN, place, shown(node), loops=run.loop_numbers())}
    if isinstance(value, Opaque) and _PROGRESS.fullmatch(value.label) and not taints:
        what = f"`{value.label}`, which grows from turn to turn"
        taints |= {Taint(Cause.STATE, TURN, place_of(frame.module, node), what, flag="asked")}
    return taints


_PROGRESS = re.compile(
    r"((state|ctx|context|run|usage)\.)?((n|num|total|used|input|prompt|context|current)_)*"
    r"(tokens|token_count|(turn|step|round|iteration)s?(_(count|index|idx|no|number))?)"
)
"""Names of numbers that tell how far a conversation has come."""
