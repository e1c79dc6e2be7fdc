"""How many tokens the pool holds: what a share of the memory leaves beside the weights."""

import os

import torch

from .device import free_and_total_memory
from .model import ModelUnsupported
from .pool import Shape

# Of a card, weights and pool together; the rest is for activations, logits and graphs.
CARD_SHARE = 0.88
# Of a computer's memory, the pool alone and up to so many tokens: others live there, too.
HOST_SHARE = 0.3
MOST_HOST_TOKENS = 131_072
LEAST_TOKENS = 64


def tokens_that_fit(
    shape: Shape, dtype: torch.dtype, device: torch.device, share: float | None
) -> int:
    """The pool's size once the model is loaded. `share`: of the memory, as the user set it; None for the usual."""
    per_token = shape.bytes_per_token(dtype)
    if device.type == "cuda":
        share = CARD_SHARE if share is None else share
        tokens = beside_weights(*free_and_total_memory(device), share) // per_token
    else:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        tokens = int(memory * (share or HOST_SHARE)) // per_token
        tokens = min(tokens, MOST_HOST_TOKENS) if share is None else tokens
    if tokens < LEAST_TOKENS:
        share = share or HOST_SHARE
        raise ModelUnsupported(
            f"{max(tokens, 0)} tokens of this model fit into {share:.0%} of the memory"
        )
    return tokens


def beside_weights(free: int, total: int, share: float) -> int:
    """Bytes for the pool where weights are loaded, and `share` of a card is for both."""
    return free - int(total * (1 - share))
