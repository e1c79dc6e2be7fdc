"""Hands out the slots of the KV pool: each is the place of one token's keys, values and last hidden state.

Called by the scheduler alone, from the engine's thread. Nothing here imports torch.
"""

import numpy as np
from numpy.typing import NDArray

Slots = NDArray[np.int32]


class OutOfSlots(Exception):
    """More slots were asked for than are free."""


class SlotAllocator:
    """Which of the slots 1..capacity are free. Slot 0 is never handed out: padding reads and writes it.

    Free slots are kept as a stack whose top is handed out in ascending runs, so that tokens computed together mostly
    lie side by side and attention can read them without a gather. Both operations cost O(slots moved).
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._stack: Slots = np.arange(capacity, 0, -1, dtype=np.int32)
        self._free = capacity
        self._held = np.zeros(capacity + 1, dtype=bool)

    @property
    def free(self) -> int:
        """How many slots can be handed out now."""
        return self._free

    @property
    def held(self) -> int:
        """How many slots are handed out."""
        return self.capacity - self._free

    def is_held(self, slots: Slots) -> bool:
        """Whether all of `slots` are handed out."""
        return bool(self._held[slots].all())

    def allocate(self, count: int) -> Slots:
        """Hand out `count` slots. Raises OutOfSlots, and then nothing has changed."""
        if count > self._free:
            raise OutOfSlots(f"{count} slots wanted, {self._free} free")
        rest = self._free - count
        slots = self._stack[rest : self._free][::-1].copy()
        self._free = rest
        self._held[slots] = True
        return slots

    def release(self, slots: Slots) -> None:
        """Take slots back. What is not handed out, or comes twice, is our own fault: ValueError."""
        if not len(slots):
            return
        if not self._held[slots].all() or slots.min() < 1:
            raise ValueError("a slot was released that is not handed out")
        self._held[slots] = False
        if len(slots) > 1 and np.count_nonzero(~self._held[slots]) != len(np.unique(slots)):
            raise ValueError("a slot was released twice at once")
        self._stack[self._free : self._free + len(slots)] = slots[::-1]
        self._free += len(slots)
