"""The memory behind the slots: keys and values of every layer, and the last hidden state, per token.

The last hidden state is kept for every token (a few percent of the keys and values): a prompt whose tokens are all in
the cache is sampled from at once, at whatever token it ends, without running its last position again.
"""

from dataclasses import dataclass

import torch

from .checkpoints import Checkpoints
from .native.ahead import pages


@dataclass(frozen=True, slots=True)
class Shape:
    """What the pool needs to know of a model.

    `states`: numbers that each layer keeps of a token, for a model that attends by itself. It then has no `layers`.
    `is_recurrent`: some layers keep a state of all tokens together, for which there are checkpoints.
    """

    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    hidden: int
    vocab: int
    max_context: int
    states: tuple[int, ...] = ()
    is_recurrent: bool = False

    def bytes_per_token(self, dtype: torch.dtype) -> int:
        """Memory that one token takes."""
        uniform = 2 * self.layers * self.kv_heads * self.head_dim
        return (uniform + sum(self.states) + self.hidden) * dtype.itemsize


class Pool:
    """Tensors indexed by slot. Slot 0 is for padding; memory is taken only where slots are used."""

    def __init__(
        self, shape: Shape, capacity: int, dtype: torch.dtype, device: torch.device
    ) -> None:
        self.shape, self.capacity = shape, capacity
        size = (shape.layers, capacity + 1, shape.kv_heads, shape.head_dim)
        # Not zeros: writing them would take all of the memory, and seconds.
        self.keys, self.values = _unwritten(size, dtype, device), _unwritten(size, dtype, device)
        self.hidden = torch.empty((capacity + 1, shape.hidden), dtype=dtype, device=device)
        self.states = [
            torch.empty((capacity + 1, size), dtype=dtype, device=device) for size in shape.states
        ]
        self.checkpoints = Checkpoints(capacity) if shape.is_recurrent else None
        self.keys[:, 0], self.values[:, 0], self.hidden[0] = 0, 0, 0

    def store(
        self, layer: int, slots: torch.Tensor, key: torch.Tensor, value: torch.Tensor
    ) -> None:
        """Write the keys and values of new tokens, `[tokens, kv_heads, head_dim]`."""
        self.keys[layer].index_copy_(0, slots, key)
        self.values[layer].index_copy_(0, slots, value)


def _unwritten(size: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """A tensor that nothing is written to; on a CPU in large pages.

    Slots are met in any order, and each access to a small page that wasn't met lately is a walk through tables first.
    """
    count = torch.Size(size).numel()
    if device.type != "cpu" or not count:
        return torch.empty(size, dtype=dtype, device=device)
    return torch.frombuffer(pages(count * dtype.itemsize), dtype=dtype).view(size)
