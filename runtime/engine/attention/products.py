"""Softmax attention of blocks of queries over blocks of keys, in the form that is fastest on the device.

In bfloat16 on a CPU, two batched products with torch's softmax between them take less than half the time of torch's
flash attention (the score matrix of a block fits the cache, and the products run at the matrix rate); scores are then
rounded to bfloat16, as in transformers' eager attention. Elsewhere flash attention is used where torch has it.
"""

import torch

# Scores of at most so many elements at a time.
BLOCK = 1 << 24
# A triangle of more rows than this is cut, so that early rows don't meet the keys of late ones.
TRIANGLE = 128

# A private name: where a later torch lacks it, `plain` serves.
_FLASH = getattr(torch.ops.aten, "_scaled_dot_product_flash_attention_for_cpu", None)


def attend(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    mask: torch.Tensor | None,
    scale: float,
    wants_lse: bool,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Attend `[batch, kv_heads, rows, group, size]` to `[batch, kv_heads, keys, size]`.

    `mask`: 0 or -inf, `[batch or 1, 1, rows, 1, n]`, for the last n keys. Returns the output in the shape of the
    queries, and if asked for the log-sum-exp of its scores in float32.
    """
    batch, heads, rows, group, size = q.shape
    is_cpu = q.device.type == "cpu"
    if not is_cpu or q.dtype == torch.bfloat16:
        return _in_blocks(q, k, v, mask, scale, wants_lse)
    folded = q.reshape(batch, heads, rows * group, size)
    full = None if mask is None else _widen(mask, rows * group, k.shape[2])
    out, lse = (flash if _FLASH is not None else plain)(folded, k, v, full, scale)
    return out.view(q.shape), lse.view(batch, heads, rows, group)


def flash(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention with its log-sum-exp, by torch's own CPU kernel."""
    assert _FLASH is not None
    out, lse = _FLASH(q, k, v, 0.0, False, attn_mask=mask, scale=scale)
    return out.contiguous(), lse.contiguous()


def plain(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The same by public operations, in float32."""
    scores = (q.float() @ k.float().transpose(-1, -2)) * scale
    if mask is not None:
        scores = scores + mask.float()
    lse = scores.logsumexp(-1)
    return (torch.exp(scores - lse[..., None]) @ v.float()).to(q.dtype), lse


def _in_blocks(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    mask: torch.Tensor | None,
    scale: float,
    wants_lse: bool,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Go through the rows in blocks whose scores stay small."""
    batch, heads, rows, group, _ = q.shape
    keys = k.shape[2]
    is_triangle = mask is not None and mask.shape[2] == mask.shape[4] > TRIANGLE
    step = min(max(1, BLOCK // (batch * heads * group * keys)), TRIANGLE if is_triangle else rows)
    if step >= rows:
        return _products(q, k, v, mask, scale, wants_lse)
    outs: list[torch.Tensor] = []
    lses: list[torch.Tensor] = []
    for at in range(0, rows, step):
        end = min(at + step, rows)
        seen = keys - rows + end if is_triangle else keys
        part = (
            mask
            if mask is None
            else mask[:, :, at:end, :, at:end]
            if is_triangle
            else mask[:, :, at:end]
        )
        out, lse = _products(
            q[:, :, at:end], k[:, :, :seen], v[:, :, :seen], part, scale, wants_lse
        )
        outs.append(out)
        if lse is not None:
            lses.append(lse)
    return torch.cat(outs, 2), torch.cat(lses, 2) if wants_lse else None


def _products(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    mask: torch.Tensor | None,
    scale: float,
    wants_lse: bool,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    batch, heads, rows, group, size = q.shape
    keys = k.shape[2]
    k, v = k.reshape(batch * heads, keys, size), v.reshape(batch * heads, keys, size)
    folded = (q if scale == 1.0 else q * scale).reshape(batch * heads, rows * group, size)
    scores = _scores(folded, k)
    if mask is not None:
        scores.view(batch, heads, rows, group, keys)[..., keys - mask.shape[-1] :].add_(mask)
    if not wants_lse:
        return torch.bmm(torch.softmax(scores, -1), v).view(q.shape), None
    highest = scores.amax(-1, keepdim=True)
    weights = scores.sub_(highest).exp_()
    total = weights.sum(-1, keepdim=True).float()
    out = torch.bmm(weights, v).float().div_(total)
    lse = total.log_().add_(highest).view(batch, heads, rows, group)
    return out.view(q.shape), lse


def _scores(q: torch.Tensor, k: torch.Tensor) -> torch.Tensor:
    """`q @ k^T`. A few strided heads are taken one by one: a batched product would copy the keys first."""
    if len(q) > 16 or k.is_contiguous():
        return torch.bmm(q, k.transpose(1, 2))
    scores = q.new_empty(len(q), q.shape[1], k.shape[1])
    for head in range(len(q)):
        torch.mm(q[head], k[head].t(), out=scores[head])
    return scores


def _widen(mask: torch.Tensor, rows: int, keys: int) -> torch.Tensor:
    """A mask of the last keys as one of all keys, for folded rows."""
    batch, _, own, _, last = mask.shape
    mask = mask.expand(batch, 1, own, rows // own, last).reshape(batch, 1, rows, last)
    return torch.nn.functional.pad(mask, (keys - last, 0))
