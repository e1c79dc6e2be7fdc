"""Loading a model: a fast path for plain decoders, transformers for the rest."""

from pathlib import Path

import torch

from . import llama
from .model import Model, ModelUnsupported, read_config
from .native.kernels import Kernels


def load_model(
    folder: Path,
    dtype: torch.dtype,
    device: torch.device,
    path: str = "auto",
    kernels: Kernels | None = None,
    context: int | None = None,
) -> Model:
    """Load a model. `path`: `fast` (plain decoders only), `transformers`, or `auto`, the first of the two that can.

    `context`: how many tokens a text may have; None: as many as the model says.
    """
    config = read_config(folder)
    if path != "transformers" and llama.can_run(config):
        return llama.load(folder, config, dtype, device, kernels)
    if path == "fast":
        raise ModelUnsupported(f"`{config.get('model_type')}` has no fast path")
    from .hf_model import load

    return load(folder, dtype, device, context)
