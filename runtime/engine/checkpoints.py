"""States of recurrent layers, kept at the ends of segments: what a model remembers when it has read up to a token.

Keys and values of a text can be cut anywhere; the state of a recurrent layer is of the whole text before it. It belongs
to the slot of the last token that it has read. Who goes on from a token without a state goes back to the last one that
has some, and reads the tokens between them again, which is why the ids of all slots are kept, too.

    slots      3 ... 9 ... 14 | 15 16 ... 22 | 23 ...
    states              at 14 |        at 22 |            a text that goes on at 18 reads 15 to 18 again
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from .radix import Ids
from .slots import Slots

BUDGET = 2 << 30


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state, its size in bytes, and whether it was made by a step of one token."""

    state: Any  # of the model's own kind
    size: int
    is_step: bool


class Checkpoints:
    """The states at hand, the least recently used of them dropped where they outgrow `budget` bytes."""

    def __init__(self, capacity: int, budget: int = BUDGET) -> None:
        self.ids: Ids = np.zeros(capacity + 1, dtype=np.int32)
        self.budget = budget
        self._kept: OrderedDict[int, Checkpoint] = OrderedDict()
        self._bytes = 0

    def write(self, slots: Slots, ids: Ids) -> None:
        """Say which tokens are computed into which slots; states of what was there before are gone."""
        self.ids[slots] = ids
        for slot in slots.tolist():
            self._drop(slot)

    def last(self, context: Slots) -> int:
        """How many tokens of a context the longest state that is at hand has read; 0 without one."""
        return next((i for i in range(len(context), 0, -1) if int(context[i - 1]) in self._kept), 0)

    def take(self, slot: int, is_step: bool) -> Any:
        """The state at a slot. A step takes away what a step left: nobody else stands there but rarely."""
        kept = self._kept[slot]
        self._kept.move_to_end(slot)
        if is_step and kept.is_step:
            self._drop(slot)
        return kept.state

    def keep(self, slot: int, state: Any, size: int, is_step: bool) -> None:
        """Keep a state at a slot."""
        self._drop(slot)
        self._kept[slot] = Checkpoint(state, size, is_step)
        self._bytes += size
        while self._bytes > self.budget and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, slot: int) -> None:
        kept = self._kept.pop(slot, None)
        self._bytes -= kept.size if kept else 0


def pieces(start: int, at_hand: int, end: int) -> list[tuple[int, int]]:
    """The stretches to compute for new tokens from `start` to `end`: what lies behind the state at hand comes first."""
    edges = sorted({at_hand, start, end})
    return list(pairwise(edges))
