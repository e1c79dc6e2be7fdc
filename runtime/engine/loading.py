"""Loading a model: a fast path for plain decoders, transformers for the rest."""

from pathlib import Path
from typing import Any

import torch

from ..models.config import read_config
from . import fast_path, llama
from .fast_check import reads_as_transformers
from .model import Model, ModelUnsupported
from .native.ahead import Ahead
from .native.kernels import Kernels


def load_model(
    folder: Path,
    dtype: torch.dtype,
    device: torch.device,
    path: str = "auto",
    kernels: Kernels | None = None,
    context: int | None = None,
    ahead: Ahead | None = None,
) -> Model:
    """Load a model. `path`: `fast` (plain decoders only), `transformers`, or `auto`, the first of the two that can.

    `context`: how many tokens a text may have; None: as many as the model says. `ahead`: memory for its weights.
    """
    config = read_config(folder)
    if path != "transformers" and _is_fast(config, dtype, kernels, context):
        return fast_path.load(folder, config, dtype, device, kernels, context, ahead)
    if path == "fast":
        raise ModelUnsupported(f"`{config.get('model_type')}` has no fast path")
    from .hf_model import load

    return load(folder, dtype, device, context)


def _is_fast(
    config: dict[str, Any], dtype: torch.dtype, kernels: Kernels | None, context: int | None
) -> bool:
    if not llama.can_run(config) or (context or 0) > config["max_position_embeddings"]:
        return False
    return reads_as_transformers(config, dtype, kernels)
