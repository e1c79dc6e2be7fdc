"""Memory for what is read as a whole at every step: weights, in large pages.

A step reads all weights once. With pages of 4 KB that is a page walk for every 64 cache lines, and the processor's own
fetching ahead ends at each page: one row's products took half as long again. Linux gives large pages to who asks.
"""

import mmap
from contextlib import suppress

import torch

# What is mapped at once; what is larger has a map of its own.
PIECE = 64 << 20
ALIGNMENT = 64


class Room:
    """Hands out tensors side by side. The memory goes back when the last of a map's tensors does."""

    def __init__(self) -> None:
        self._map, self._used = mmap.mmap(-1, ALIGNMENT), ALIGNMENT

    def take(self, *shape: int) -> torch.Tensor:
        """A bfloat16 tensor; nothing is written to it."""
        count = torch.Size(shape).numel()
        size = -(-count * torch.bfloat16.itemsize // ALIGNMENT) * ALIGNMENT
        if self._used + size > len(self._map):
            self._map, self._used = _map(max(size, PIECE)), 0
        tensor = torch.frombuffer(
            self._map, dtype=torch.bfloat16, count=count, offset=self._used
        ).view(shape)
        self._used += size
        return tensor


def _map(size: int) -> mmap.mmap:
    made = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(AttributeError, OSError):  # another system, or a kernel without them
        made.madvise(mmap.MADV_HUGEPAGE)
    return made
