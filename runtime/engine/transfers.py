"""Copies between host and device that don't make the host wait.

A plain `.to(device)` waits for everything launched before it. From pinned memory it does not, and torch's own pinned
allocator keeps the memory until the copy is done.
"""

import numpy as np
import torch
from numpy.typing import NDArray


def pin(array: NDArray[np.generic], device: torch.device) -> torch.Tensor:
    """An array where the host sees it and `device` can fetch it; on a CPU the array's own memory."""
    tensor = torch.from_numpy(array)
    return tensor.pin_memory() if device.type == "cuda" else tensor


def send(array: NDArray[np.generic], device: torch.device) -> torch.Tensor:
    """An array on the device; on a CPU the array's own memory."""
    return pin(array, device).to(device, non_blocking=device.type == "cuda")


class Fetch:
    """A tensor on its way to the host: later launches don't delay it."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self._copied: torch.cuda.Event | None = None
        self._host = tensor
        if tensor.is_cuda:
            self._host = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
            self._host.copy_(tensor, non_blocking=True)
            self._copied = torch.cuda.Event()
            self._copied.record()

    def ints(self) -> list[int]:
        """Its numbers, once they have arrived."""
        if self._copied is not None:
            self._copied.synchronize()
        return self._host.tolist()
