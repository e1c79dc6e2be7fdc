"""What chance decides of a list: which of its elements are taken, by a number that is drawn or by a salted hash."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from ..finding import Cause, Place
from .taints import Taint, Taints

_DRAWN = {Cause.RANDOM: Cause.SAMPLED, Cause.HASHED: Cause.HASHED, Cause.SAMPLED: Cause.SAMPLED}


def drawn_by(taints: Iterable[Taint], place: Place) -> Taints:
    """What a list varies with of which chance decides where it is cut."""
    return frozenset(drawn(t, place) for t in taints if t.cause in _DRAWN and not t.flag)


def drawn(taint: Taint, place: Place) -> Taint:
    """What a drawn number is once it has decided what is taken."""
    return replace(taint, cause=_DRAWN.get(taint.cause, taint.cause)).through(place)


def is_drawn(test: ast.expr, taint: Taint) -> bool:
    """Whether a filter keeps what chance decides on: one that looks for an id finds what has it, and draws nothing."""
    looks_for = isinstance(test, ast.Compare) and isinstance(
        test.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn | ast.Is | ast.IsNot
    )
    is_number = taint.cause is Cause.HASHED or not looks_for
    return taint.cause in _DRAWN and not taint.flag and is_number
