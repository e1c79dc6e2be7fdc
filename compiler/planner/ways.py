"""The ways up from a prefix node: what is on them, and the first nodes on each that were asked about.

The work for all calls of a module is bounded by its size: when it is used up, a search ends after a while.
What it has not seen then may be found at run time all the same (`Family.cached_anywhere`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from .asked import MAY, NOBODY, SURE, USUAL, Asked
from .prefixes import Entry

_SHORT_SEARCH = 256
"""Nodes that a search looks at when the work for all of them is used up."""
_PER_NODE = 64
"""Nodes looked at, on average, for each node of the module."""
_LISTED = 64
"""Nodes that a search finds at most."""
_FIXED = {"join": NOBODY, "gen": SURE, "select": SURE}
"""Grades that a kind of node always has: a call could not stand on the way up otherwise."""


class Nearest(NamedTuple):
    """The nodes found, and whether these are all."""

    nodes: set[int]
    is_all: bool


class Ways:
    """The ways up in one prefix table. `back`: what an iteration of a loop finds of the one before."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._loops = {e.id for e in entries if e.kind == "join" and e.text}
        self._fixed = [_FIXED.get(e.kind) for e in entries]
        self._budget = _PER_NODE * len(entries)
        self.back: dict[int, Mapping[int, int]] = {}

    def note(self, asked: Asked, node: int, most: int) -> None:
        """Everything on the way up from a node has been asked about.

        `most`: the grade that the nodes get outside of the bodies around. Nodes that have it keep theirs.
        """
        stack = [(node, SURE)]
        while stack:
            at, grade = stack.pop()
            if asked.grade(at) >= min(grade, most):
                continue
            asked.add(at, grade)
            parents = self._entries[at].parents
            certain = len(parents) if len(parents) == 1 else int(at in self._loops)
            stack += [(q, grade if i < certain else MAY) for i, q in enumerate(parents)]

    def nearest(
        self, asked: Asked, node: int, enough: int, closed: Collection[int] = ()
    ) -> Nearest:
        """The first nodes upwards that were asked about, on every way up as far as one of grade `enough`.

        No way leads from a loop head that is `closed` into the iteration before.
        """
        least = MAY if enough == SURE else enough
        found: set[int] = set()
        seen: set[tuple[int, int | None]] = {(node, None)}
        queue: deque[tuple[int, int | None]] = deque(seen)
        left = max(self._budget, _SHORT_SEARCH)
        while queue and left and len(found) <= _LISTED:
            at, head = queue.popleft()
            left -= 1
            grade = self._standing(asked, at, head)
            if grade >= least and self._entries[at].kind != "root":
                found.add(at)
            if grade < enough:
                for way in self._above(at, head, closed):
                    if way not in seen:
                        seen.add(way)
                        queue.append(way)
        self._budget -= len(seen)
        return Nearest(found, not queue)

    def _standing(self, asked: Asked, node: int, head: int | None) -> int:
        """The grade of a node, seen from inside or from behind the loop head `head`; joins have none."""
        fixed = self._fixed[node]
        if fixed is not None:
            return fixed
        grade = asked.grade(node)
        if head is not None:
            grade = max(grade, self.back[head].get(node, NOBODY))
        # where a batch orders the sections, the way up from here is another one
        return min(grade, USUAL) if self._entries[node].free else grade

    def _above(
        self, node: int, head: int | None, closed: Collection[int]
    ) -> list[tuple[int, int | None]]:
        parents = self._entries[node].parents
        if node not in self._loops:
            return [(parents[0], head)] if len(parents) == 1 else [(p, head) for p in parents]
        is_open = node in self.back and node not in closed
        before = [(parent, node) for parent in parents[1:] if is_open]
        return [(parents[0], head), *before]
