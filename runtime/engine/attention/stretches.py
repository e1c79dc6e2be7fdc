"""How a batch's attention falls apart: stretches of context, and the rows that attend to each. Pure numpy, no device.

A stretch is a set of query rows and a list of keys that they attend to: a part of the tree that several segments share,
or a segment's own context with its new tokens. A row may be in several; its partial results are merged afterwards.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..batch import Batch, Context
from ..slots import Slots

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Rows of the batch, the last of the keys that each sees, and the keys."""

    rows: Ints
    limits: Ints
    keys: Slots


def stretches(batch: Batch, context: Context) -> list[Stretch]:
    """Shared stretches first, then each segment's own context and new tokens."""
    return [*shared_stretches(batch, context), *own_stretches(batch, context)]


def shared_stretches(batch: Batch, context: Context) -> list[Stretch]:
    """What several segments share."""
    return [_shared(batch, level.slots, level.segments) for level in context.levels]


def own_stretches(batch: Batch, context: Context) -> list[Stretch]:
    """Each segment's own context and new tokens."""
    return [_own(batch, i, context.private[i]) for i in range(len(batch.segments))]


def by_row(rows: NDArray[np.integer[Any]], count: int) -> tuple[Ints, Ints]:
    """The parts of each of `count` rows: `order[begin[r]:begin[r + 1]]`."""
    order = np.argsort(rows, kind="stable").astype(np.int32)
    begin = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(rows, minlength=count), out=begin[1:])
    return begin, order


def _shared(batch: Batch, keys: Slots, segments: list[int]) -> Stretch:
    rows = np.concatenate([_rows(batch, i) for i in segments])
    return Stretch(rows, np.full(len(rows), len(keys) - 1, dtype=np.int32), keys)


def _own(batch: Batch, i: int, private: Slots) -> Stretch:
    rows = _rows(batch, i)
    limits = np.arange(len(private), len(private) + len(rows), dtype=np.int32)
    return Stretch(rows, limits, np.concatenate([private, batch.segments[i].slots]))


def _rows(batch: Batch, segment: int) -> Ints:
    return np.arange(batch.offsets[segment], batch.offsets[segment + 1], dtype=np.int32)
