"""What the engine asks of a model: a decoder over flattened ragged batches."""

from typing import Protocol

import torch

from .attention.base import Attention
from .batch import Batch
from .pool import Pool, Shape


class ModelUnsupported(ValueError):
    """A model that the engine can't run; the message names it and says why."""


class Model(Protocol):
    """A decoder over flattened ragged batches. It keeps no state of its own between forwards."""

    shape: Shape
    dtype: torch.dtype
    device: torch.device

    def forward(self, batch: Batch, pool: Pool, attention: Attention) -> None:
        """Compute a batch; its keys, values and last hidden states go to the pool. `attention` has its plan."""
        ...

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """What follows each hidden state: `[rows, vocab]`, in the model's dtype or float32."""
        ...
