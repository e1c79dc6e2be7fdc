"""Attention as sums that add up: exp(scores) times the values, and exp(scores), with no maximum taken off first.

Softmax takes a row's maximum off so that exp can't overflow. bfloat16 has the range of float32, so exp of a score may
be anything from e^-80 to e^80, and a model's scores lie well inside. Leaving the maximum out saves half of the
passes over the score matrix, which take longer than its two products, and the results of a context that was cut into
parts are simply added: no log-sum-exp. The sums themselves tell whether it was right to: a row whose sum is extreme
has met a score that is, and the layer is then computed again by `merge.py`.

Scores are rounded to bfloat16, as in transformers' eager attention.
"""

from functools import cache

import torch

from .parts import Dense, Index, Padded, Part, gather, scatter, take

# Sums outside of this range mean that a score overflowed, or that a row's largest weights may have vanished.
LEAST, MOST = 1e-20, 1e30
# With more rows than this, heads are taken one by one: the scores of a block then stay in the cache.
TOGETHER = 512
# Scores of about so many elements at a time.
BLOCK = 1 << 21
# A triangle is cut into blocks of so many rows, so that early rows don't meet the keys of late ones.
TRIANGLE = 128

Sum = tuple[torch.Tensor, torch.Tensor]
"""Weighted values `[rows, kv_heads, group, size]`, and weights without the last dimension."""


class Sums:
    """The sums of all rows, part by part."""

    def __init__(self, q: torch.Tensor) -> None:
        self._like = q
        self._sum: Sum | None = None

    def add(self, rows: Index, part: Sum) -> None:
        """Add what some rows found in a part of their context. The first part usually has all rows."""
        if self._sum is None and isinstance(rows, slice) and len(part[0]) == len(self._like):
            self._sum = part
            return
        for total, new in zip(self._in_float32(), part, strict=True):
            _add_rows(total, rows, new)

    def _in_float32(self) -> Sum:
        """What was added so far, in the precision in which more is added to it."""
        if self._sum is None:
            values = torch.zeros(self._like.shape, device=self._like.device)
            self._sum = values, values[..., 0].clone()
        elif self._sum[0].dtype != torch.float32:
            self._sum = self._sum[0].float(), self._sum[1].float()
        return self._sum

    def result(self) -> torch.Tensor | None:
        """The attended values in the queries' shape and type; None where a sum is extreme."""
        assert self._sum is not None
        values, weights = self._sum
        least, most = (x.item() for x in weights.aminmax())
        if not (least >= LEAST and most <= MOST):  # also where they aren't numbers
            return None
        return values.div_(weights[..., None]).to(self._like.dtype)


def _add_rows(total: torch.Tensor, rows: Index, new: torch.Tensor) -> None:
    if isinstance(rows, slice):
        total[rows] += new
    else:
        total.index_add_(0, rows, new.to(total.dtype))


def sum_part(part: Part, q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> Sum:
    """The sums of a part; `q` is all rows' queries, scaled, and keys and values are the pool's."""
    if isinstance(part, Dense):
        return _dense(part, q, keys, values)
    return _padded(part, q, keys, values)


def _dense(part: Dense, q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> Sum:
    folded = take(q, part.rows).transpose(0, 1).contiguous()
    k, v = (take(x, part.keys).transpose(0, 1) for x in (keys, values))
    rows, group = folded.shape[1:3]
    is_small = rows * group <= TOGETHER and not (part.is_causal and rows > TRIANGLE)
    out, total = (_together if is_small else _by_head)(folded, k, v, part.is_causal)
    return out.transpose(0, 1), total.transpose(0, 1)


def _padded(part: Padded, q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> Sum:
    q, k, v = gather(part, q, keys, values)
    count, heads, width, group, size = q.shape
    folded, k, v = q.reshape(-1, width * group, size), k.flatten(0, 1), v.flatten(0, 1)
    scores = torch.bmm(folded, k.transpose(1, 2))
    if part.mask is not None:
        scores.view(count, heads, width, group, part.depth).add_(part.mask)
    weights = scores.exp_()
    out = torch.bmm(weights, v).view(count, heads, width, group, size)
    return scatter(part, out), scatter(part, weights.sum(-1).view(count, heads, width, group))


def _together(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, is_causal: bool) -> Sum:
    """All heads at once. The first product is by head: a batched one would copy the pool's strided keys."""
    heads, rows, group, size = q.shape
    scores = q.new_empty(heads, rows * group, k.shape[1])
    for head in range(heads):
        torch.mm(q[head].view(-1, size), k[head].t(), out=scores[head])
    if is_causal:
        _hide_future(scores.view(heads, rows, group, -1))
    weights = scores.exp_()
    return torch.bmm(weights, v).view(q.shape), weights.sum(-1).view(q.shape[:-1])


def _by_head(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, is_causal: bool) -> Sum:
    heads, rows, group, _ = q.shape
    keys = k.shape[1]
    k, v = k.contiguous(), v.contiguous()
    out, total = torch.empty_like(q), q.new_empty(q.shape[:-1])
    step = TRIANGLE if is_causal else max(TRIANGLE, BLOCK // (group * keys))
    for head in range(heads):
        for start in range(0, rows, step):
            end = min(start + step, rows)
            seen = keys - rows + end if is_causal else keys
            block = slice(start, end)
            found = _block(q[head, block], k[head, :seen], v[head, :seen], is_causal)
            out[head, block], total[head, block] = found
    return out, total


def _block(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, is_causal: bool) -> Sum:
    rows, group, size = q.shape
    scores = torch.mm(q.reshape(-1, size), k.t())
    if is_causal:
        _hide_future(scores.view(rows, group, -1))
    weights = scores.exp_()
    return torch.mm(weights, v).view(q.shape), weights.sum(-1).view(rows, group)


def _hide_future(scores: torch.Tensor) -> None:
    """Of `[…, rows, group, keys]` the last keys are the rows themselves: a row sees none after its own."""
    rows = scores.shape[-3]
    future = _triangle(scores.dtype, scores.device)[:rows, None, :rows]
    scores[..., scores.shape[-1] - rows :].add_(future)


@cache
def _triangle(dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    hidden = torch.full((TRIANGLE, TRIANGLE), float("-inf"), dtype=dtype, device=device)
    return hidden.triu_(1)
