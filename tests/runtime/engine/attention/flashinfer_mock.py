"""FlashInfer's wrappers as far as we use them: the documented arguments, checked, and the arithmetic in plain torch.

Signatures, shapes and dtypes are those of the docstrings of flashinfer-python 0.7.2, layout NHD. Log-sum-exps are
base 2. How many keys a request has is computed as the library's planner does, and every key that is read is looked up
where its kernels would: behind the request's offset, among its own pages.
"""

import math
from itertools import pairwise
from typing import Any

import torch

Cache = tuple[torch.Tensor, torch.Tensor]


def get_seq_lens(indptr: torch.Tensor, last: torch.Tensor, page_size: int) -> torch.Tensor:
    """The library's own formula: a request without pages has as many keys as its last page is said to hold."""
    return torch.clamp(indptr.diff() - 1, min=0) * page_size + last


def merge_state_in_place(
    v: torch.Tensor, s: torch.Tensor, v_other: torch.Tensor, s_other: torch.Tensor
) -> None:
    """Add the other state to the first; a row without keys on both sides would be 0 / 0."""
    assert s.dtype == s_other.dtype == torch.float32
    assert v.dtype == v_other.dtype
    assert v.shape[:2] == s.shape == s_other.shape
    high = torch.maximum(s, s_other)
    assert high.isfinite().all(), "no keys on either side"
    own, other = torch.exp2(s - high), torch.exp2(s_other - high)
    total = own + other
    v.copy_(((own / total)[..., None] * v + (other / total)[..., None] * v_other).to(v.dtype))
    s.copy_(high + torch.log2(total))


def check_ints(tensor: torch.Tensor, size: int) -> None:
    assert tensor.dtype == torch.int32, tensor.dtype
    assert tensor.shape == (size,), (tensor.shape, size)


def keys_of(
    indptr: torch.Tensor, indices: torch.Tensor, last: torch.Tensor, given: torch.Tensor | None
) -> list[torch.Tensor]:
    """The pages that each request reads, whatever they are."""
    requests = len(indptr) - 1
    check_ints(indptr, requests + 1)
    check_ints(indices, int(indptr[-1]))
    check_ints(last, requests)
    assert indptr[0] == 0
    assert (indptr.diff() >= 0).all()
    lengths = get_seq_lens(indptr, last, page_size=1)
    if given is not None:
        check_ints(given, requests)
        assert torch.equal(given, lengths), "lengths and pages disagree"
    ends = indptr[:-1] + lengths
    assert (ends <= len(indices)).all(), "reads past the array"
    assert (ends <= indptr[1:]).all(), "reads a foreign key"
    return [indices[a:b] for a, b in zip(indptr[:-1].tolist(), ends.tolist(), strict=True)]


class Wrapper:
    """What all wrappers share: a workspace, a layout, and a plan before each run."""

    def __init__(
        self, float_workspace_buffer: torch.Tensor, kv_layout: str = "NHD", backend: str = "auto"
    ) -> None:
        assert float_workspace_buffer.dtype == torch.uint8
        assert float_workspace_buffer.numel() >= 128 << 20
        assert kv_layout == "NHD"
        assert backend == "fa2", "its own choice on Hopper has neither fused heads nor splits"
        self.plans = 0

    def keep(self, heads: int, kv_heads: int, size: int, page_size: int, **layer: Any) -> None:
        assert heads % kv_heads == 0
        assert page_size == 1
        assert layer["q_data_type"] == layer["kv_data_type"]
        assert layer["q_data_type"] in (torch.float16, torch.bfloat16)
        self.heads, self.kv_heads, self.size = heads, kv_heads, size
        self.dtype = layer["q_data_type"]
        self.scale, self.window_left = layer["sm_scale"], layer["window_left"]
        self.soft_cap = layer["logits_soft_cap"]
        self.plans += 1

    def check_run(self, q: torch.Tensor, cache: Cache, rows: int) -> None:
        assert self.plans > 0, "run before plan"
        assert q.shape == (rows, self.heads, self.size)
        assert q.dtype == self.dtype
        assert q.is_contiguous()
        for part in cache:
            assert part.ndim == 4
            assert part.shape[1:] == (1, self.kv_heads, self.size)
            assert part.dtype == self.dtype

    def attend(
        self, q: torch.Tensor, cache: Cache, pages: torch.Tensor, causal: bool
    ) -> tuple[torch.Tensor, ...]:
        """One request: rows stand at the end of its keys. No keys give zeros and -inf."""
        group = self.heads // self.kv_heads
        k, v = (part[pages.long(), 0].float().repeat_interleave(group, dim=1) for part in cache)
        scores = torch.einsum("qhd,khd->hqk", q.float(), k) * self.scale
        if self.soft_cap > 0:
            scores = self.soft_cap * torch.tanh(scores / self.soft_cap)
        distance = torch.arange(len(q))[:, None] + len(k) - len(q) - torch.arange(len(k))
        hidden = torch.zeros_like(distance, dtype=torch.bool)
        if causal:
            hidden |= distance < 0
        if self.window_left >= 0:
            hidden |= distance > self.window_left
        scores = scores.masked_fill(hidden, -math.inf)
        lse = scores.logsumexp(-1) if len(k) else torch.full(scores.shape[:2], -math.inf)
        weights = torch.exp(scores - lse.clamp(min=-1e30)[..., None])
        return torch.einsum("hqk,khd->qhd", weights, v), lse.T / math.log(2)


class BatchPrefillWithPagedKVCacheWrapper(Wrapper):
    def plan(
        self,
        qo_indptr: torch.Tensor,
        paged_kv_indptr: torch.Tensor,
        paged_kv_indices: torch.Tensor,
        paged_kv_last_page_len: torch.Tensor,
        num_qo_heads: int,
        num_kv_heads: int,
        head_dim_qk: int,
        page_size: int,
        causal: bool = False,
        seq_lens: torch.Tensor | None = None,
        **layer: Any,
    ) -> None:
        requests = len(qo_indptr) - 1
        check_ints(qo_indptr, requests + 1)
        assert qo_indptr[0] == 0
        assert (qo_indptr.diff() > 0).all()
        self.keys = keys_of(paged_kv_indptr, paged_kv_indices, paged_kv_last_page_len, seq_lens)
        assert len(self.keys) == requests
        self.keep(num_qo_heads, num_kv_heads, head_dim_qk, page_size, **layer)
        self.rows, self.causal = qo_indptr.tolist(), causal

    def run(self, q: torch.Tensor, paged_kv_cache: Cache, return_lse: bool = False) -> Any:
        self.check_run(q, paged_kv_cache, self.rows[-1])
        parts = [
            self.attend(q[a:b], paged_kv_cache, keys, self.causal)
            for (a, b), keys in zip(pairwise(self.rows), self.keys, strict=True)
        ]
        out = torch.cat([part[0] for part in parts]).to(q.dtype)
        return (out, torch.cat([part[1] for part in parts]).contiguous()) if return_lse else out


class BatchDecodeWithPagedKVCacheWrapper(Wrapper):
    def __init__(
        self,
        float_workspace_buffer: torch.Tensor,
        kv_layout: str = "NHD",
        use_tensor_cores: bool = False,
        backend: str = "auto",
    ) -> None:
        super().__init__(float_workspace_buffer, kv_layout, backend)
        self.use_tensor_cores = use_tensor_cores

    def plan(
        self,
        indptr: torch.Tensor,
        indices: torch.Tensor,
        last_page_len: torch.Tensor,
        num_qo_heads: int,
        num_kv_heads: int,
        head_dim: int,
        page_size: int,
        seq_lens: torch.Tensor | None = None,
        **layer: Any,
    ) -> None:
        self.keys = keys_of(indptr, indices, last_page_len, seq_lens)
        self.keep(num_qo_heads, num_kv_heads, head_dim, page_size, **layer)
        assert self.use_tensor_cores == (num_qo_heads // num_kv_heads >= 4)

    def run(self, q: torch.Tensor, paged_kv_cache: Cache) -> torch.Tensor:
        self.check_run(q, paged_kv_cache, len(self.keys))
        rows = [
            self.attend(q[i : i + 1], paged_kv_cache, keys, True)[0]
            for i, keys in enumerate(self.keys)
        ]
        return torch.cat(rows).to(q.dtype)
