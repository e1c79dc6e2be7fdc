"""What FlashInfer is told: groups of neighbouring rows and the keys of each, level by level. Pure numpy, no device.

In a cascade each level covers all rows, in groups of neighbours that share the same keys. So the segments are put
into the order of the prefix tree, and a segment that shares nothing at some level has no keys there:

    rows        | a0 a1 a2 | b0 b1 | c0 |
    level 0     | -- trunk of all of it-|       shared
    level 1     | - arm A -|- none -----|       shared
    level 2     | a0 | a1.. | ...   | c0|       each segment's own context and new tokens, causal
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ..batch import Batch, Context
from ..slots import Slots
from .stretches import Ints

_NO_KEYS: Slots = np.zeros(0, dtype=np.int32)


@dataclass(slots=True, eq=False)
class Level:
    """Groups of neighbouring rows, and the keys that each group attends to."""

    rows: list[int]  # of each group
    keys: list[Slots]

    @property
    def row_offsets(self) -> Ints:
        """Where each group's rows begin, and where the last one's end."""
        return _offsets(self.rows)

    @property
    def lengths(self) -> Ints:
        """How many keys each group has."""
        return np.array([len(keys) for keys in self.keys], dtype=np.int32)

    @property
    def key_offsets(self) -> Ints:
        """Where each group's keys begin in `slots`, and where the last one's end."""
        return _offsets(self.lengths)

    @property
    def slots(self) -> Slots:
        """The keys of all groups."""
        return np.concatenate(self.keys)

    @property
    def last_page(self) -> Ints:
        """Keys in each group's last page: one, and none where there is no page.

        The library counts `max(pages - 1, 0) * page_size + last_page`, so a one would be somebody else's key.
        """
        return np.minimum(self.lengths, 1)


def cascade(batch: Batch, context: Context) -> tuple[list[int], list[Level]]:
    """The segments in the order of the prefix tree, and the levels over them: shared ones first, then their own."""
    shared: list[list[int]] = [[] for _ in batch.segments]  # of each segment, from the trunk on
    for number, level in enumerate(context.levels):
        for i in level.segments:
            shared[i].append(number)
    order = sorted(range(len(shared)), key=lambda i: shared[i])
    depth = max(map(len, shared))
    levels = [_shared_level(batch, context, order, shared, at) for at in range(depth)]
    return order, [*levels, own_level(batch, context, order)]


def own_level(batch: Batch, context: Context, order: Sequence[int]) -> Level:
    """What each segment has for itself: the rest of its context, then its new tokens."""
    keys = [np.concatenate([context.private[i], batch.segments[i].slots]) for i in order]
    return Level([int(batch.lengths[i]) for i in order], keys)


def _shared_level(
    batch: Batch, context: Context, order: Sequence[int], shared: list[list[int]], at: int
) -> Level:
    def stretch(i: int) -> int:
        return shared[i][at] if at < len(shared[i]) else -1

    groups = [(key, list(members)) for key, members in groupby(order, stretch)]
    rows = [sum(int(batch.lengths[i]) for i in members) for _, members in groups]
    return Level(rows, [context.levels[key].slots if key >= 0 else _NO_KEYS for key, _ in groups])


def _offsets(sizes: Sequence[int] | Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
