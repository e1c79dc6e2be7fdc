"""FlashInfer's wrappers as far as we use them: the documented arguments, checked, and the arithmetic in plain torch.

Signatures, shapes and dtypes are those of the docstrings of flashinfer-python 0.7.2, layout NHD. Log-sum-exps are
base 2.
"""

import math
from itertools import pairwise
from typing import Any

import torch

Cache = tuple[torch.Tensor, torch.Tensor]


def check_ints(tensor: torch.Tensor, size: int) -> None:
    assert tensor.dtype == torch.int32, tensor.dtype
    assert tensor.shape == (size,), (tensor.shape, size)


def check_pages(
    indptr: torch.Tensor, indices: torch.Tensor, last: torch.Tensor, requests: int
) -> None:
    check_ints(indptr, requests + 1)
    check_ints(indices, int(indptr[-1]))
    check_ints(last, requests)
    assert indptr[0] == 0
    assert (indptr.diff() >= 0).all()
    assert (last == 1).all(), "a page holds one token"


class Wrapper:
    """What all wrappers share: a workspace, a layout, and a plan before each run."""

    def __init__(self, float_workspace_buffer: torch.Tensor, kv_layout: str = "NHD") -> None:
        assert float_workspace_buffer.dtype == torch.uint8
        assert float_workspace_buffer.numel() >= 128 << 20
        assert kv_layout == "NHD"
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
        **layer: Any,
    ) -> None:
        requests = len(qo_indptr) - 1
        check_ints(qo_indptr, requests + 1)
        assert qo_indptr[0] == 0
        assert (qo_indptr.diff() > 0).all()
        check_pages(paged_kv_indptr, paged_kv_indices, paged_kv_last_page_len, requests)
        self.keep(num_qo_heads, num_kv_heads, head_dim_qk, page_size, **layer)
        self.rows, self.offsets = qo_indptr.tolist(), paged_kv_indptr.tolist()
        self.pages, self.causal = paged_kv_indices, causal

    def run_with_lse(
        self, q: torch.Tensor, paged_kv_cache: Cache
    ) -> tuple[torch.Tensor, torch.Tensor]:
        self.check_run(q, paged_kv_cache, self.rows[-1])
        parts = [
            self.attend(q[a:b], paged_kv_cache, self.pages[c:d], self.causal)
            for (a, b), (c, d) in zip(pairwise(self.rows), pairwise(self.offsets), strict=True)
        ]
        return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])

    def run(self, q: torch.Tensor, paged_kv_cache: Cache) -> torch.Tensor:
        return self.run_with_lse(q, paged_kv_cache)[0].to(q.dtype)


class BatchDecodeWithPagedKVCacheWrapper(Wrapper):
    def __init__(
        self,
        float_workspace_buffer: torch.Tensor,
        kv_layout: str = "NHD",
        use_tensor_cores: bool = False,
    ) -> None:
        super().__init__(float_workspace_buffer, kv_layout)
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
        **layer: Any,
    ) -> None:
        check_pages(indptr, indices, last_page_len, len(indptr) - 1)
        self.keep(num_qo_heads, num_kv_heads, head_dim, page_size, **layer)
        assert self.use_tensor_cores == (num_qo_heads // num_kv_heads >= 4)
        self.offsets, self.pages = indptr.tolist(), indices

    def run(self, q: torch.Tensor, paged_kv_cache: Cache) -> torch.Tensor:
        self.check_run(q, paged_kv_cache, len(self.offsets) - 1)
        rows = [
            self.attend(q[i : i + 1], paged_kv_cache, self.pages[a:b], True)[0]
            for i, (a, b) in enumerate(pairwise(self.offsets))
        ]
        return torch.cat(rows).to(q.dtype)


class MultiLevelCascadeAttentionWrapper(Wrapper):
    def __init__(
        self, num_levels: int, float_workspace_buffer: torch.Tensor, kv_layout: str = "NHD"
    ) -> None:
        super().__init__(float_workspace_buffer, kv_layout)
        self.levels = [
            BatchPrefillWithPagedKVCacheWrapper(float_workspace_buffer, kv_layout)
            for _ in range(num_levels)
        ]

    def plan(
        self,
        qo_indptr_arr: list[torch.Tensor],
        paged_kv_indptr_arr: list[torch.Tensor],
        paged_kv_indices_arr: list[torch.Tensor],
        paged_kv_last_page_len: list[torch.Tensor],
        num_qo_heads: int,
        num_kv_heads: int,
        head_dim: int,
        page_size: int,
        causal: bool = False,
        **layer: Any,
    ) -> None:
        arrays = (qo_indptr_arr, paged_kv_indptr_arr, paged_kv_indices_arr, paged_kv_last_page_len)
        assert all(len(array) == len(self.levels) for array in arrays)
        assert len({int(rows[-1]) for rows in qo_indptr_arr}) == 1, "each level covers all rows"
        shape: tuple[Any, ...] = (num_qo_heads, num_kv_heads, head_dim, page_size)
        for i, level in enumerate(self.levels):
            is_last = i == len(self.levels) - 1
            rows, offsets, pages, last = (array[i] for array in arrays)
            level.plan(rows, offsets, pages, last, *shape, causal=causal and is_last, **layer)

    def run(self, q: torch.Tensor, paged_kv_cache: Cache) -> torch.Tensor:
        parts = [level.run_with_lse(q, paged_kv_cache) for level in self.levels]
        weights = torch.softmax(torch.stack([lse for _, lse in parts]) * math.log(2), dim=0)
        outs = torch.stack([out for out, _ in parts])
        return (weights[..., None] * outs).sum(0).to(q.dtype)
