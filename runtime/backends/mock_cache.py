"""The mock's prefix cache: endless, page size 1, and exact about what each request finds and computes.

Its account is the reference for the engine: a position is `cached` when it has KV or a request that came
earlier is about to compute it, `prefilled` when this request computes it, and the last one is `replayed`
when it has KV but its last hidden state was not kept and must be computed again.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Node:
    """One position. `since`: when its KV is there; `has_state`: its last hidden state is kept."""

    __slots__ = ("children", "has_state", "since")

    def __init__(self) -> None:
        self.children: dict[int, Node] = {}
        self.since = math.inf
        self.has_state = False


class Fed(NamedTuple):
    """The account of feeding one sequence. `ready`: when all that was found is there."""

    cached: int
    computed: int
    replayed: int
    ready: float
    path: tuple[Node, ...]


class MockCache:
    """A tree over token ids. `waits`: a request waits for positions that another is computing."""

    def __init__(self, waits: bool = True) -> None:
        self._waits = waits
        self._root = Node()

    def feed(self, ids: tuple[int, ...], now: float) -> Fed:
        """Find the cached prefix of `ids` at time `now`; the rest is computed by this request.

        The caller then says when what it computes is there (`arrive`).
        """
        node, cached, ready = self._root, 0, now
        path: list[Node] = []
        for token in ids:
            child = node.children.get(token)
            if child is None:
                child = node.children[token] = Node()
            elif len(path) == cached and (self._waits or child.since <= now):
                cached += 1
                ready = max(ready, child.since)
            path.append(child)
            node = child
        replayed = int(cached == len(ids) > 0 and not node.has_state)
        node.has_state = True
        return Fed(cached - replayed, len(ids) - cached, replayed, _finite(ready, now), tuple(path))

    def keep(self, ids: tuple[int, ...], time: float) -> None:
        """These positions have KV from `time` on, whoever computed them."""
        node = self._root
        for token in ids:
            node = node.children.setdefault(token, Node())
            node.since = min(node.since, time)

    @staticmethod
    def arrive(path: tuple[Node, ...], time: float) -> None:
        """The positions of a path have KV from `time` on, at the latest."""
        for node in path:
            node.since = min(node.since, time)


def _finite(time: float, now: float) -> float:
    return time if math.isfinite(time) else now
