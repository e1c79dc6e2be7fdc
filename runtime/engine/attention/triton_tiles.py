"""Cuts the attention of a batch into tiles: the units of work of the Triton kernels. Pure numpy, no device.

A tile is a block of a stretch's rows and a range of its keys (`stretches.py`). It yields one partial result (a part)
for each of its rows, and the parts of a row are merged afterwards:

    keys of a stretch   |----- split 0 -----|----- split 1 -----|---- split 2 ----|
    rows, block 0               tile                tile                tile
    rows, block 1               tile                tile                tile

Every tile has its own entries in `rows` and `limits`, so a part is named by its place there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..slots import Slots
from .stretches import Ints, Stretch

# A split of fewer keys than this costs more in merging than it gains in parallelism.
LEAST_SPLIT = 256
STEP = 64  # keys that a tile looks at together


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Tiles of one block size.

    Tile i: parts `start[i]`..`start[i] + count[i]`, keys `begin[i]`..`end[i]` of the list at `slots[offset[i]]`.
    """

    start: Ints
    count: Ints
    offset: Ints
    begin: Ints
    end: Ints
    rows: Ints  # by part
    limits: Ints  # by part
    slots: Slots  # of the keys of all stretches

    @property
    def number(self) -> Ints:
        """How many tiles there are, as the kernel reads it."""
        return np.array([len(self.start)], dtype=np.int32)

    @property
    def parts(self) -> int:
        """How many partial results there are."""
        return len(self.rows)


def cut(found: Sequence[Stretch], block: int, longest: int) -> Tiles:
    """Cut stretches into tiles of at most `block` rows and `longest` keys, those of one block about equally long.

    Keys that no row of a block sees are left out.
    """
    blocks: list[tuple[Ints, Ints, int, int, int]] = []
    offset = 0
    for stretch in found:
        for first in range(0, len(stretch.rows), block):
            rows, limits = (
                stretch.rows[first : first + block],
                stretch.limits[first : first + block],
            )
            seen = int(limits.max()) + 1
            split = even_split(seen, longest)
            blocks += [
                (rows, limits, offset, at, min(at + split, seen)) for at in range(0, seen, split)
            ]
        offset += len(stretch.keys)
    count = _ints(len(rows) for rows, *_ in blocks)
    return Tiles(
        start=np.cumsum(count, dtype=np.int32) - count,
        count=count,
        offset=_ints(one[2] for one in blocks),
        begin=_ints(one[3] for one in blocks),
        end=_ints(one[4] for one in blocks),
        rows=_join([one[0] for one in blocks]),
        limits=_join([one[1] for one in blocks]),
        slots=_join([stretch.keys for stretch in found]),
    )


def even_split(keys: int, longest: int) -> int:
    """The length of as few equal pieces of at most `longest` keys as there can be, in whole steps of a tile."""
    pieces = -(-keys // longest)
    return min(longest, -(-keys // (pieces * STEP)) * STEP)


def share_of_work(found: Sequence[Stretch], block: int, tiles: int) -> int:
    """How many keys a tile may have so that about so many tiles, at most one more a block, share all the work."""
    work = sum(-(-len(s.rows) // block) * len(s.keys) for s in found)
    return max(LEAST_SPLIT, -(-work // (max(tiles, 1) * STEP)) * STEP)


def _join(pieces: list[Ints]) -> Ints:
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int32)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int32)
