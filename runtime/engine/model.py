"""What the engine asks of a model: a decoder over flattened ragged batches."""

import json
from pathlib import Path
from typing import Any, Protocol

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


def read_config(folder: Path) -> dict[str, Any]:
    """Read a model folder's `config.json`."""
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text())
    except (OSError, ValueError) as error:
        raise ModelUnsupported(
            f"`{folder}` is not a model folder: its config.json can't be read ({error})"
        ) from error
    return config
