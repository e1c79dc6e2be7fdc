"""The mock's prefix cache: endless, page size 1, and exact about what each request finds and computes.

Its account is the reference for the engine: a position is `cached` when it has KV or a request that came
earlier is about to compute it, `prefilled` when this request computes it, `replayed` when it has KV but its
last hidden state was not kept and must be computed again.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Node:
    """One position. `since`: when its KV is there; `has_state`: its last hidden state was kept."""

    __slots__ = ("children", "has_state", "since")

    def __init__(self) -> None:
        self.children: dict[int, Node] = {}
        self.since = math.inf
        self.has_state = False


class Fed(NamedTuple):
    """The account of feeding one sequence, and the time from which all of it that was found is there."""

    cached: int
    computed: int
    ready: float
    path: tuple[Node, ...]


class MockCache:
    """A tree over token ids. `waits`: a request waits for positions that another is computing."""

    def __init__(self, waits: bool = True) -> None:
        self._waits = waits
        self._root = Node()

    def feed(self, ids: tuple[int, ...], now: float) -> Fed:
        """Find the cached prefix of `ids` at time `now`, and take the rest upon this request.

        The caller then sets the time at which the computed positions are there (`arrive`).
        """
        node, path, cached, ready = self._root, [], 0, now
        for token in ids:
            child = node.children.get(token)
            if child is None:
                child = node.children[token] = Node()
            elif len(path) == cached and (self._waits or child.since <= now):
                cached += 1
                ready = max(ready, child.since if math.isfinite(child.since) else now)
            node = child
            path.append(child)
        return Fed(cached, len(ids) - cached, ready, tuple(path))

    @staticmethod
    def arrive(path: tuple[Node, ...], time: float) -> None:
        """These positions have KV from `time` on, at the latest."""
        for node in path:
            node.since = min(node.since, time)
