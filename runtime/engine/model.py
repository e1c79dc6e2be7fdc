"""What the engine asks of a model, and how one is found: a fast path for plain decoders, transformers for the rest."""

import json
from pathlib import Path
from typing import Any, Protocol

import torch

from .attention.base import Attention
from .batch import Batch
from .native.kernels import Kernels
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


def load_model(
    folder: Path,
    dtype: torch.dtype,
    device: torch.device,
    path: str = "auto",
    kernels: Kernels | None = None,
) -> Model:
    """Load a model. `path`: `fast` (plain decoders only), `transformers`, or `auto`, the first of the two that can."""
    from . import llama

    config = read_config(folder)
    if path != "transformers" and llama.can_run(config):
        return llama.load(folder, config, dtype, device, kernels)
    if path == "fast":
        raise ModelUnsupported(f"`{config.get('model_type')}` has no fast path")
    from .hf_model import load

    return load(folder, dtype, device)
