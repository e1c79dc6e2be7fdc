"""No attention of ours: for models that attend by themselves."""

import torch

from ..batch import Batch
from .base import AttentionUnsupported, LayerOptions


class NoAttention:
    """Has nothing to prepare, and is never asked."""

    name = "none"

    def plan(self, batch: Batch) -> None:
        """Nothing: the model knows what it attends to."""

    def run(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
    ) -> torch.Tensor:
        """Raises AttentionUnsupported."""
        raise AttentionUnsupported(
            f"layer {layer} asked for an attention that the model has itself"
        )
