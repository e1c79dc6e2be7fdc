"""Masks: plain ones and windows are known, whatever begins to differ far from the start is not."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from families import CHANGES, small
from transformers.masking_utils import (
    and_masks,
    causal_mask_function,
    chunked_causal_mask_function,
    sliding_window_causal_mask_function,
)

from sglc.runtime.engine.hf_model import ways_of
from sglc.runtime.engine.masks import is_known
from sglc.runtime.engine.model import ModelUnsupported
from sglc.runtime.models.kinds import why_not


@pytest.mark.parametrize("window", [0, 1, 5, 1024, 4096, 131_072, 10_000_000])
def test_windows_are_known(window: int) -> None:
    assert is_known(sliding_window_causal_mask_function(window))


def test_all_before_is_known() -> None:
    assert is_known(causal_mask_function)


@pytest.mark.parametrize("size", [3, 2048, 8192, 100_000])
def test_chunks_are_not(size: int) -> None:
    assert not is_known(chunked_causal_mask_function(size, torch.zeros(1, dtype=torch.int64)))


def sink(batch: Any, head: Any, query: Any, key: Any) -> Any:
    return (key < 4) | (key > query - 1000)


def later(batch: Any, head: Any, query: Any, key: Any) -> Any:
    return key > torch.where(query > 50_000, query - 100, -1)


@pytest.mark.parametrize("overlay", [sink, later])
def test_what_differs_far_from_the_start_is_not(overlay: Any) -> None:
    assert not is_known(and_masks(causal_mask_function, overlay))


def test_a_function_that_fails_is_not() -> None:
    assert not is_known(lambda *_: 1 / 0)
    assert not is_known(None)


def test_sparse_layers_are_not_run_under_our_attention() -> None:
    sparse = small("minimax_m3_vl_text", **CHANGES["minimax_m3_vl_text"]).config
    with pytest.raises(ModelUnsupported, match="our attention: "):
        ways_of(sparse, None)
    assert "compressed" in (why_not(sparse.to_dict()) or "")
