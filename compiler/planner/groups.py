"""Groups: the calls of a fork and the prefix that they share, which is sent once, before its arms.

Only where every arm certainly asks about a prompt that continues that prefix: a prefix that is sent and not
asked about would prefill positions that nobody needs.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...runtime.plan import schema as p
from .prefixes import PrefixTable


class Groups:
    """The groups of a module while its steps are written."""

    def __init__(self) -> None:
        self.all: list[p.Group] = []

    def find(
        self,
        bodies: Sequence[p.Body],
        outer: set[int],
        families: Sequence[p.Family],
        table: PrefixTable,
    ) -> p.Group | None:
        """The group of a fork whose arms use the prompts at the nodes `outer`, if it has one."""
        asked: list[int] = []
        for body in bodies:
            first = first_asked(body.steps)
            if not first:
                return None
            asked += first
        anchors = {anchor(families[f].node, outer, table) for f in asked}
        node = anchors.pop() if len(anchors) == 1 else None
        if node is None:
            return None
        group = p.Group(id=len(self.all), node=node, families=list(dict.fromkeys(asked)))
        self.all.append(group)
        return group


def first_asked(steps: Sequence[p.Step]) -> list[int]:
    """The families of which one certainly is the first call of these steps; none when nothing is certain."""
    for step in steps:
        match step:
            case p.GenStep(family=family) | p.SelectStep(family=family):
                return [family]
            case p.TogetherStep(steps=members):
                found = [f for member in members for f in first_asked([member])]
            case p.IfStep(then=then, orelse=orelse):
                sides = [first_asked(then.steps), first_asked(orelse.steps)]
                found = sides[0] + sides[1] if all(sides) else []
            case p.ForkStep(items=None, bodies=bodies):
                arms = [first_asked(body.steps) for body in bodies]
                found = [f for arm in arms for f in arm] if all(arms) else []
            case _:
                found = []
        if found:
            return found
        if isinstance(step, p.HostStep):
            return []  # what the arm does before may take long; nobody waits for a warm prefix then
    return []


def anchor(node: int, outer: set[int], table: PrefixTable) -> int | None:
    """The first of the nodes `outer` that every way up from `node` meets; None when they differ."""
    met: set[int | None] = set()
    seen: set[int] = set()
    stack = [node]
    while stack:
        at = stack.pop()
        if at in seen:
            continue
        seen.add(at)
        if at in outer:
            met.add(at)
        elif table[at].parents:
            stack += table[at].parents
        else:
            met.add(None)
    return met.pop() if len(met) == 1 else None
