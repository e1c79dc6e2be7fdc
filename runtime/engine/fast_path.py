"""Which of the two fast paths a model takes: one call of the C kernels a forward, or torch's operations."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ..models.weights import weight_files
from . import native_llama
from .llama import Llama, read_shape
from .model import ModelUnsupported
from .native.ahead import Ahead
from .native.kernels import Kernels
from .native_llama import NativeLlama
from .pool import Shape


def load(
    folder: Path,
    config: dict[str, Any],
    dtype: torch.dtype,
    device: torch.device,
    kernels: Kernels | None = None,
    context: int | None = None,
    ahead: Ahead | None = None,
) -> Llama | NativeLlama:
    """Read the safetensors of a model folder. `context`: how many tokens a text may have, if not as many as it can.

    `ahead`: memory that the C kernels' weights are laid out in.
    """
    from safetensors.torch import load_file

    weights: dict[str, torch.Tensor] = {}
    for file in weight_files(folder):
        weights |= {name: w.to(device, dtype) for name, w in load_file(file).items()}
    if config.get("tie_word_embeddings"):
        weights.pop("lm_head.weight", None)
    with torch.inference_mode():
        shape = read_shape(config)
        shape = replace(shape, max_context=context or shape.max_context)
        try:
            return make(shape, config, weights, kernels, ahead)
        except KeyError as error:
            raise ModelUnsupported(f"`{error.args[0]}` is not in its files") from error


def make(
    shape: Shape,
    config: dict[str, Any],
    weights: dict[str, torch.Tensor],
    kernels: Kernels | None = None,
    ahead: Ahead | None = None,
) -> Llama | NativeLlama:
    """The model of some weights, which are taken out of `weights`."""
    if kernels is not None and native_llama.can_run(shape, config["intermediate_size"]):
        return NativeLlama(shape, config, weights, kernels, ahead)
    return Llama(shape, config, weights)
