"""What tasks hold: slots of their own, and paths in the tree; how one becomes the other, and how room is made.

a task computes        slots that are its own
`keep`                 they enter the tree, where all may read them; the task holds their path, or lets go of it
`drop`                 they are free again, and nobody ever reads them
`make_room`            what nobody holds is evicted
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .counters import Counters
from .radix import Match, RadixCache
from .slots import SlotAllocator, Slots
from .task import Task


class Memory:
    """The tree and the slots, as tasks use them."""

    def __init__(self, cache: RadixCache, slots: SlotAllocator, counters: Counters) -> None:
        self.cache, self.slots = cache, slots
        self._counters = counters

    @property
    def within_reach(self) -> int:
        """How many slots are free, or would be once nobody's tokens are evicted."""
        return self.slots.free + self.cache.evictable_tokens

    def make_room(self, count: int) -> bool:
        """Evict until so many slots are free; whether they are."""
        if self.slots.free < count:
            freed = self.cache.evict(count - self.slots.free)
            self._counters.evicted += len(freed)
            self.slots.release(freed)
        return self.slots.free >= count

    def take_path(self, task: Task, match: Match) -> None:
        """Let a task hold what was found of it in the tree, in place of the path that it held."""
        old, task.node = task.node, self.cache.touch(match)
        self.cache.lock(task.node)
        if old is not None:
            self.cache.unlock(old)
        task.own_end = task.node.depth
        task.count_found(task.node.depth)

    def keep(self, task: Task, hold: bool) -> None:
        """Hand a task's computed tokens to the tree. `hold`: the task goes on reading them."""
        old, slots = task.node, task.all_slots()
        assert old is not None
        ids, job = task.ids[: len(slots)], task.job
        done = self.cache.insert(ids, slots, job.namespace, start=old)
        self.slots.release(slots[old.depth : done.existing])  # another computed the same meanwhile
        if hold:
            self.cache.lock(done.node)
            task.node = done.node
        else:
            self.slots.release(slots[max(done.node.depth, old.depth) :])
            task.node, task.own_end = None, 0
        self.cache.unlock(old)

    def drop(self, task: Task) -> None:
        """Give back what a task holds; nothing enters the tree."""
        if task.node is not None:
            self.slots.release(task.own)
            self.cache.unlock(task.node)
            task.node, task.own_end = None, 0

    def confirm(self, task: Task, right: int) -> None:
        """Keep the first `right` positions behind what was known, known by now; give the others' slots back."""
        end = task.own_end - task.guessed + right
        self.slots.release(task.slots[end : task.own_end].copy())
        task.count_computed(task.own_end - task.guessed, end)
        task.own_end, task.guessed = end, 0

    def forget(self, slots: Slots) -> None:
        """Take from the tree what was to be computed into these slots, and was not. No job may read them any more."""
        self.slots.release(self.cache.discard(self.marked(slots)))

    def marked(self, slots: Slots) -> NDArray[np.bool_]:
        """For every slot whether it is one of these."""
        marked = np.zeros(self.slots.capacity + 1, dtype=np.bool_)
        marked[slots] = True
        return marked
