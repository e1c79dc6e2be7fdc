"""The attention protocol: `plan` once per forward, on the host; `run` once per layer, on the device."""

from dataclasses import dataclass
from typing import Protocol

import torch

from ..batch import Batch


@dataclass(frozen=True, slots=True)
class LayerOptions:
    """What a layer asks for beyond plain causal attention."""

    scale: float
    window: int | None = None  # a query sees this many last positions, its own included
    softcap: float | None = None
    sinks: torch.Tensor | None = (
        None  # one logit per head that takes part in the softmax and has no value
    )

    @property
    def is_plain(self) -> bool:
        """Whether it is softmax over all earlier positions and nothing else."""
        return self.window is None and self.softcap is None and self.sinks is None


class Attention(Protocol):
    """An attention backend, bound to one pool."""

    name: str

    def plan(self, batch: Batch) -> None:
        """Prepare for the layers of one forward."""
        ...

    def run(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
    ) -> torch.Tensor:
        """Store the new keys and values, then attend: `[tokens, heads, head_dim]` in and out."""
        ...


class AttentionUnsupported(ValueError):
    """The backend can't do what a layer asks for; the message names both."""
