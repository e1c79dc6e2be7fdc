"""What a model from transformers does behind its decoder: from hidden states to logits, by the model's own code.

Families differ there more than one would think (scales, soft caps, a dense layer and a norm before the output layer),
so nothing of it is written down again. The model is called as ever, and its decoder is told what to say.
"""

from __future__ import annotations

from typing import Any

import torch


class Behind:
    """Calls a model with the hidden states already known. `output`: what its decoder returned once."""

    def __init__(self, model: Any, decoder: Any, output: Any) -> None:
        self.model, self.decoder = model, decoder
        self._kind = type(output)
        self.hidden = int(output.last_hidden_state.shape[-1])

    def __call__(self, hidden: torch.Tensor) -> torch.Tensor:
        """`[rows, vocab]` for `[rows, hidden]`."""
        said = self._kind(last_hidden_state=hidden[None])
        ids = torch.zeros((1, len(hidden)), dtype=torch.int64, device=hidden.device)
        self.decoder.forward = lambda *_, **__: said  # in place of the class's own
        try:
            return self.model(input_ids=ids, use_cache=False).logits[0]
        finally:
            del self.decoder.forward
