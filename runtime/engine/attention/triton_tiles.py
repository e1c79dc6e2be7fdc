"""Cuts the attention of a batch into tiles: the units of work of the Triton kernels. Pure numpy, no device.

A tile is a block of a stretch's rows and a range of its keys (`stretches.py`). It yields one partial result (a part)
for each of its rows, and the parts of a row are merged afterwards:

    keys of a stretch   |------ split 0 ------|------ split 1 ------|-- split 2 --|
    rows, block 0                tile                  tile             tile
    rows, block 1                tile                  tile             tile

Every tile has its own entries in `rows` and `limits`, so a part is named by its place there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..slots import Slots
from .stretches import Ints, Stretch

# A split of fewer keys than this costs more in merging than it gains in parallelism.
LEAST_SPLIT = 256


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
    def parts(self) -> int:
        """How many partial results there are."""
        return len(self.rows)


def cut(found: Sequence[Stretch], block: int, split: int) -> Tiles:
    """Cut stretches into tiles of at most `block` rows and `split` keys; tiles that no row sees are left out."""
    blocks: list[tuple[Ints, Ints, int, int, int]] = []
    offset = 0
    for stretch in found:
        for first in range(0, len(stretch.rows), block):
            rows, limits = (
                stretch.rows[first : first + block],
                stretch.limits[first : first + block],
            )
            seen = int(limits.max()) + 1
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


def choose_split(found: Sequence[Stretch], block: int, kv_heads: int, processors: int) -> int:
    """The longest split that still gives every processor of the device a tile, in powers of two from LEAST_SPLIT."""
    longest = max((len(stretch.keys) for stretch in found), default=1)
    split = LEAST_SPLIT
    while split < longest and _tiles(found, block, split * 2) * kv_heads >= processors:
        split *= 2
    return split


def _tiles(found: Sequence[Stretch], block: int, split: int) -> int:
    return sum(-(-len(s.rows) // block) * -(-len(s.keys) // split) for s in found)


def _join(pieces: list[Ints]) -> Ints:
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int32)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int32)
