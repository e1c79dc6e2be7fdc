"""Conditions of a template: what decides between two texts, and how long that stays the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from jinja2 import nodes

from ..finding import Cause, Place
from ..layout import REQUEST, TENANT
from ..python.holding import taints_in
from ..python.labels import label_taints
from ..python.taints import NONE, Hole, Lit, Part, Taint, Taints
from ..python.values import Opaque, Value

_CHOSEN = re.compile(
    r"^(channel|mode|tone|style|language|lang|locale|audience|plan|tier|variant|experiment|intent|category|phase"
    r"|stage|segment|market|region|brand)$"
)
"""Variables that are set by each call for its own purpose."""

Valued = Callable[[nodes.Node], Value]


def longest_side(
    node: nodes.If, sides: Sequence[list[Part]], value: Valued, known: Sequence[str], place: Place
) -> list[Part]:
    """The longest side of a condition, behind what decides that it is the one."""
    live = decided_by(node.test, sides, value, known, place)
    return [*([Hole(live)] if live else []), *max(sides, key=_weight)]


def decided_by(
    test: nodes.Node, sides: Sequence[list[Part]], value: Valued, known: Sequence[str], place: Place
) -> Taints:
    """What decides between the sides of a condition, if that is another one in other calls."""
    taints = taints_in(value(test), 2)
    live = frozenset(t for t in taints if t.cause not in (Cause.UNORDERED, Cause.COUNTER))
    return live or _chosen(test, sides, value, place) or _variants(test, sides, known, place)


def _weight(parts: list[Part]) -> int:
    return sum(len(p.text) if isinstance(p, Lit) else 20 * len(p.taints) for p in parts)


def _texts(sides: Sequence[list[Part]]) -> set[str]:
    return {"".join(p.text for p in side if isinstance(p, Lit)) for side in sides}


def _chosen(test: nodes.Node, sides: Sequence[list[Part]], value: Valued, place: Place) -> Taints:
    """A condition on whom or what a call is for makes another prefix for each of them."""
    texts = _texts(sides)
    if len(texts) < 2:
        return NONE
    for each in (test, *test.find_all((nodes.Name, nodes.Getattr))):
        held = value(each) if isinstance(each, nodes.Name | nodes.Getattr) else None
        if not isinstance(held, Opaque):
            continue
        is_users = any(t.cause is Cause.USER for t in label_taints(held, place))
        if _CHOSEN.match(held.label) or is_users:
            what = f"`{held.label}`, which decides between {len(texts)} texts,"
            return frozenset({Taint(Cause.VARYING, REQUEST, place, what)})
    return NONE


def _variants(
    test: nodes.Node, sides: Sequence[list[Part]], known: Sequence[str], place: Place
) -> Taints:
    """A condition of which nothing is known makes as many prefixes as it has sides that differ."""
    tests = (test, *test.find_all(nodes.Name))
    names = [each.name for each in tests if isinstance(each, nodes.Name)]
    texts = _texts(sides)
    if len(texts) < 2 or not names or any(name in ("loop", *known) for name in names):
        return NONE
    what = f"`{names[0]}`, which makes {len(texts)} variants,"
    return frozenset({Taint(Cause.BRANCH, TENANT, place, what)})
