"""Attention in parts that are merged by their log-sum-exp: exact whatever the scores are, by torch's own kernels.

Serves float32, the precise mode, and the rare layer whose scores are too large for `sums.py`.
"""

import torch

from .parts import Dense, Index, Padded, Part, gather, scatter, take

# A private name: where a later torch lacks it, `plain` serves.
_FLASH = getattr(torch.ops.aten, "_scaled_dot_product_flash_attention_for_cpu", None)

Partial = tuple[torch.Tensor, torch.Tensor]
"""Attended values `[rows, kv_heads, group, size]`, and the log-sum-exp of the scores without the last dimension."""


class Merge:
    """Partial results by row, merged as they come."""

    def __init__(self, q: torch.Tensor) -> None:
        self._dtype = q.dtype
        self._out = torch.zeros(q.shape, dtype=torch.float32, device=q.device)
        self._lse = torch.full(q.shape[:-1], float("-inf"), dtype=torch.float32, device=q.device)

    def add(self, rows: Index, part: Partial) -> None:
        """Weigh the new part against what is there: softmax over the union of the keys."""
        out, lse = self._out[rows], self._lse[rows]
        weight = torch.sigmoid(part[1] - lse)
        self._out[rows] = out.lerp(part[0].float(), weight[..., None])
        self._lse[rows] = torch.logaddexp(lse, part[1])

    def result(self) -> torch.Tensor:
        """The attended values in the queries' type."""
        return self._out.to(self._dtype)


def attend_part(part: Part, q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> Partial:
    """A part's result; `q` is all rows' queries, scaled, and keys and values are the pool's."""
    if isinstance(part, Dense):
        return _dense(part, q, keys, values)
    return _padded(part, q, keys, values)


def _dense(part: Dense, q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> Partial:
    q = take(q, part.rows).transpose(0, 1)[None]
    k, v = (take(x, part.keys).transpose(0, 1)[None] for x in (keys, values))
    mask = _future(q.shape[2], k.shape[2], q) if part.is_causal else None
    out, lse = attend(q, k, v, mask)
    return out[0].transpose(0, 1), lse[0].transpose(0, 1)


def _padded(part: Padded, q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> Partial:
    out, lse = attend(*gather(part, q, keys, values), part.mask)
    return scatter(part, out), scatter(part, lse)


def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None) -> Partial:
    """Attend `[batch, kv_heads, rows, group, size]` to `[batch, kv_heads, keys, size]`.

    `mask`: 0 or -inf, `[batch or 1, 1, rows, 1, keys]`. Query heads that read the same key head are folded into rows
    of one matrix, so no key is ever copied per head.
    """
    batch, heads, rows, group, size = q.shape
    folded = q.reshape(batch, heads, rows * group, size)
    if mask is not None:
        shape = (len(mask), 1, rows, group, k.shape[2])
        mask = mask.expand(shape).reshape(len(mask), 1, rows * group, k.shape[2])
    use_flash = _FLASH is not None and q.device.type == "cpu"
    out, lse = (flash if use_flash else plain)(folded, k, v, mask)
    return out.view(q.shape), lse.view(batch, heads, rows, group)


def flash(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None) -> Partial:
    """Attention with its log-sum-exp, by torch's own CPU kernel."""
    assert _FLASH is not None
    out, lse = _FLASH(q, k, v, 0.0, False, attn_mask=mask, scale=1.0)
    return out.contiguous(), lse.contiguous()


def plain(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None) -> Partial:
    """The same by public operations, in float32."""
    scores = q.float() @ k.float().transpose(-1, -2)
    if mask is not None:
        scores = scores + mask.float()
    lse = scores.logsumexp(-1)
    return (torch.exp(scores - lse[..., None]) @ v.float()).to(q.dtype), lse


def _future(rows: int, keys: int, like: torch.Tensor) -> torch.Tensor:
    """Row j of a run that ends the keys sees none after its own."""
    mask = torch.full((rows, keys), float("-inf"), dtype=like.dtype, device=like.device)
    return mask.triu_(keys - rows + 1)[None, None, :, None]
