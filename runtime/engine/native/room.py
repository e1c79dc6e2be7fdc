"""Memory for what is read as a whole at every step: weights, in large pages.

A step reads all weights once. With pages of 4 KB that is a page walk for every 64 cache lines, and the processor's own
fetching ahead ends at each page: one row's products took half as long again. Linux gives large pages to who asks.
"""

import mmap

import torch

from .ahead import Ahead, pages

# What is mapped at once; what is larger has a map of its own.
PIECE = 64 << 20
ALIGNMENT = 64


class Room:
    """Hands out tensors side by side. The memory goes back when the last of a map's tensors does.

    `ahead`: what is taken first, as far as it goes.
    """

    def __init__(self, ahead: Ahead | None = None) -> None:
        self._ahead = ahead
        self._map, self._used = mmap.mmap(-1, ALIGNMENT), ALIGNMENT

    def take(self, *shape: int) -> torch.Tensor:
        """A bfloat16 tensor; nothing is written to it."""
        count = torch.Size(shape).numel()
        size = -(-count * torch.bfloat16.itemsize // ALIGNMENT) * ALIGNMENT
        memory, offset = self._place(size)
        return torch.frombuffer(memory, dtype=torch.bfloat16, count=count, offset=offset).view(
            shape
        )

    def _place(self, size: int) -> tuple[mmap.mmap, int]:
        found = self._ahead.take(size) if self._ahead is not None else None
        if found is not None:
            return found
        if self._used + size > len(self._map):
            self._map, self._used = pages(max(size, PIECE)), 0
        self._used += size
        return self._map, self._used - size
