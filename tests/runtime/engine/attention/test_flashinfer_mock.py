"""The mock of FlashInfer against FlashInfer: its formula for lengths, and what its wrappers take."""

import inspect
import random
import sys
from typing import Any

import pytest
import torch

from sglc.runtime.engine.attention.base import LayerOptions
from sglc.runtime.engine.attention.flashinfer_backend import FlashInferAttention

from . import flashinfer_mock, published_flashinfer
from .batches import case

PREFILL, DECODE = "BatchPrefillWithPagedKVCacheWrapper", "BatchDecodeWithPagedKVCacheWrapper"
MOCKED = {PREFILL: "prefill.py", DECODE: "decode.py"}
PASSED_ON = {(DECODE, "plan"): "_plan_impl"}
"""Methods that pass whatever they are given on to another, which names it."""

pytestmark = pytest.mark.skipif(
    not published_flashinfer.is_there(), reason="needs FlashInfer's files: `make test-data`"
)


def taken(name: str, method: str) -> dict[str, str | None]:
    """What the library's method takes."""
    written = PASSED_ON.get((name, method), method)
    return published_flashinfer.parameters(MOCKED[name], f"{name}.{written}")


def test_lengths_are_those_of_its_planners() -> None:
    """Of requests without pages, too: there the last page counts, whether it is there or not."""
    theirs, rng = published_flashinfer.lengths(), random.Random(1)
    without_pages = 0
    for _ in range(200):
        pages = [rng.choice([0, 0, 1, 2, 7]) for _ in range(rng.randint(1, 6))]
        size = rng.choice([1, 2, 16])
        last = torch.tensor([rng.randint(0, size) for _ in pages], dtype=torch.int32)
        offsets = torch.tensor([0, *pages], dtype=torch.int32).cumsum(0, dtype=torch.int32)
        ours = flashinfer_mock.get_seq_lens(offsets, last, size)
        assert ours.tolist() == theirs(offsets, last, size).tolist()
        assert ours.dtype == theirs(offsets, last, size).dtype
        without_pages += pages.count(0)
    assert without_pages >= 100


@pytest.mark.parametrize("name", MOCKED)
@pytest.mark.parametrize("method", ["__init__", "plan", "run"])
def test_wrappers_take_what_the_mock_takes(name: str, method: str) -> None:
    """By the same names, at the same places where no name is written, and with the same defaults."""
    theirs = taken(name, method)
    ours = inspect.signature(getattr(getattr(flashinfer_mock, name), method)).parameters
    named = [each for each in ours.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    required = [each.name for each in named if each.default is inspect.Parameter.empty]
    assert required == list(theirs)[: len(required)]
    for each in named[len(required) :]:
        written = (theirs[each.name] or "").replace('"', "'")
        assert written == repr(each.default), each.name
    missing = [each for each, default in theirs.items() if default is None and each not in required]
    assert missing == [], "it wants more than the mock does"


@pytest.mark.parametrize("least_saved", [1, 10**9])
def test_what_we_pass_is_taken(monkeypatch: pytest.MonkeyPatch, least_saved: int) -> None:
    monkeypatch.setitem(sys.modules, "flashinfer", flashinfer_mock)
    passed: dict[str, set[str]] = {}
    for name in MOCKED:
        wrapper = getattr(flashinfer_mock, name)
        monkeypatch.setattr(wrapper, "plan", _noting(wrapper.plan, passed.setdefault(name, set())))
    for seed in range(3):
        made = case(seed, 4, 4, 64, torch.bfloat16)
        attention = FlashInferAttention(made.pool, least_saved)
        attention.plan(made.batch)
        attention.run(0, made.q, made.k, made.v, LayerOptions(scale=0.125))
    assert {"causal", "seq_lens", "sm_scale", "window_left", "logits_soft_cap"} <= passed[PREFILL]
    for name, names in passed.items():
        assert names <= set(taken(name, "plan"))


def _noting(plan: Any, names: set[str]) -> Any:
    def noted(self: Any, *arguments: Any, **settings: Any) -> None:
        names.update(settings)
        plan(self, *arguments, **settings)

    return noted


def test_states_are_merged_in_place_by_the_same_arguments() -> None:
    theirs = published_flashinfer.parameters("cascade.py", "merge_state_in_place")
    ours = list(inspect.signature(flashinfer_mock.merge_state_in_place).parameters)
    assert list(theirs)[: len(ours)] == ours
    assert all(default is not None for default in list(theirs.values())[len(ours) :])
