"""What attention is, written down plainly: the reference for every backend, and what runs what they leave out."""

import torch

from .base import LayerOptions


def attend_plainly(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, options: LayerOptions
) -> torch.Tensor:
    """The last `len(q)` positions attend to `k` and `v`, with everything a layer may ask for.

    `[positions, heads, head_dim]` each, computed in float32; several query heads may share a key head.
    """
    group = q.shape[1] // k.shape[1]
    k, v = (x.float().repeat_interleave(group, dim=1).transpose(0, 1) for x in (k, v))
    scores = q.float().transpose(0, 1) @ k.transpose(1, 2) * options.scale
    if options.softcap is not None:
        scores = torch.tanh(scores / options.softcap) * options.softcap
    key = torch.arange(k.shape[1], device=q.device)
    query = key[-len(q) :, None]
    hidden = key > query
    if options.window is not None:
        hidden |= key <= query - options.window
    scores = scores.masked_fill(hidden, float("-inf"))
    if options.sinks is not None:
        sink = options.sinks.float()[:, None, None].expand(-1, len(q), 1)
        scores = torch.cat([scores, sink], dim=-1)
    return (scores.softmax(-1)[..., : len(key)] @ v).transpose(0, 1).to(q.dtype)
