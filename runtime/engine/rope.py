"""Rotations of the fast path: cosines and sines by position, as a configuration asks for them."""

import math
from typing import Any

import torch

from .pool import Shape

KINDS = ("default", "llama3", "linear")


def rope_of(config: dict[str, Any]) -> dict[str, Any]:
    """The rotation's parameters; older configurations spread them over several entries."""
    found = dict(config.get("rope_parameters") or config.get("rope_scaling") or {})
    found.setdefault("rope_type", found.get("type", "default"))
    found.setdefault("rope_theta", config.get("rope_theta", 10000.0))
    return found


def frequencies_of(rope: dict[str, Any], head_dim: int) -> torch.Tensor:
    """The turns of each pair of dimensions, in radians for a position."""
    frequencies = 1.0 / rope["rope_theta"] ** (torch.arange(0, head_dim, 2).float() / head_dim)
    match rope["rope_type"]:
        case "linear":
            return frequencies / rope["factor"]
        case "llama3":
            return _stretch(frequencies, rope)
        case _:
            return frequencies


def _stretch(frequencies: torch.Tensor, rope: dict[str, Any]) -> torch.Tensor:
    """Llama 3: long waves are slowed by `factor`, short ones kept, those between blended."""
    turns = rope["original_max_position_embeddings"] * frequencies / (2 * math.pi)
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    keep = ((turns - low) / (high - low)).clamp(0, 1)
    return frequencies * keep + frequencies / rope["factor"] * (1 - keep)


def rotation_tables(
    config: dict[str, Any], shape: Shape, dtype: torch.dtype, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosine and sine by position; the sine's first half is negative, so that a roll does for `rotate_half`."""
    frequencies = frequencies_of(rope_of(config), shape.head_dim)
    angles = torch.outer(torch.arange(shape.max_context).float(), frequencies)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([cos, cos], -1).to(device, dtype), torch.cat([-sin, sin], -1).to(device, dtype)
