"""The FlashInfer backend against a mock that checks every argument, and against the torch backend."""

import sys
from typing import Any

import numpy as np
import pytest
import torch

from sglc.runtime.engine.attention import flashinfer_backend
from sglc.runtime.engine.attention.base import AttentionUnsupported, LayerOptions
from sglc.runtime.engine.attention.flashinfer_backend import FlashInferAttention
from sglc.runtime.engine.attention.flashinfer_levels import Level, cascade
from sglc.runtime.engine.attention.flashinfer_turns import TURNS, Turns
from sglc.runtime.engine.attention.torch_backend import TorchAttention
from sglc.runtime.engine.batch import Batch

from . import flashinfer_mock
from .batches import Case, case

PLAIN = LayerOptions(scale=0.125)


@pytest.fixture(autouse=True)
def _mock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flashinfer", flashinfer_mock)


def agree(made: Case, attention: FlashInferAttention, options: LayerOptions = PLAIN) -> None:
    reference = TorchAttention(made.other_pool())
    outputs: list[torch.Tensor] = []
    for backend in (attention, reference):
        backend.plan(made.batch)
        outputs.append(backend.run(0, made.q, made.k, made.v, options).float())
    torch.testing.assert_close(*outputs, atol=0.02, rtol=0.02)


def wrappers(attention: FlashInferAttention) -> set[str]:
    """What was planned: prefill wrappers of several levels are a cascade."""
    levels = max((at for _, _, at in attention._turns), default=0)
    return {"cascade"} if levels else {kind for kind, _, _ in attention._turns}


def plans(attention: FlashInferAttention) -> int:
    return sum(w.plans for turns in attention._turns.values() for w in turns.wrappers)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("least_saved", [1, 10**9])
@pytest.mark.parametrize(("heads", "kv_heads"), [(9, 3), (8, 1), (4, 4)])
def test_ragged_batches(seed: int, least_saved: int, heads: int, kv_heads: int) -> None:
    made = case(seed, heads, kv_heads, 64, torch.bfloat16)
    attention = FlashInferAttention(made.pool, least_saved)
    agree(made, attention)
    assert wrappers(attention) == ({"cascade"} if least_saved == 1 else {"prefill"})


@pytest.mark.parametrize("group", [1, 4])
def test_decode_steps_use_the_decode_wrapper(group: int) -> None:
    made = case(3, 4 * group, 4, 64, torch.float16)
    single = [i for i, n in enumerate(made.batch.lengths) if n == 1]
    rows = torch.from_numpy(np.array([made.batch.offsets[i] for i in single]))
    batch = Batch([made.batch.segments[i] for i in single])
    q, k, v = (x.index_select(0, rows) for x in (made.q, made.k, made.v))
    attention = FlashInferAttention(made.pool, 10**9)
    agree(Case(batch, made.pool, q, k, v), attention)
    assert wrappers(attention) == {"decode"}


@pytest.mark.parametrize(
    "options",
    [
        LayerOptions(0.125, window=7),
        LayerOptions(0.2, softcap=3.0),
        LayerOptions(0.1, window=40, softcap=5.0),
    ],
)
def test_windows_and_soft_caps(options: LayerOptions) -> None:
    made = case(5, 9, 3, 64, torch.float16)
    attention = FlashInferAttention(made.pool, 1)
    agree(made, attention, options)
    assert wrappers(attention) == ({"prefill"} if options.window else {"cascade"})


def test_a_layer_is_planned_once_and_anew_for_the_next_batch() -> None:
    first, second = case(1, 4, 4, 64, torch.float16), case(2, 4, 4, 64, torch.float16)
    attention = FlashInferAttention(second.pool, 10**9)
    attention.plan(first.batch)
    for _ in range(3):
        attention.run(0, first.q, first.k, first.v, PLAIN)
    assert plans(attention) == 1
    agree(second, attention)
    assert plans(attention) == 2


def test_levels_cover_all_rows_in_the_order_of_the_tree() -> None:
    batch = case(4, 4, 4, 64).batch
    order, levels = cascade(batch, batch.grouped(1))
    assert sorted(order) == list(range(len(batch.segments)))
    assert all(sum(level.rows) == batch.tokens for level in levels)
    assert len(levels) > 2, "the arms of the fork share more than the trunk"
    for place, i in enumerate(order):
        at, seen = int(sum(batch.lengths[j] for j in order[:place])), []
        for level in levels:
            group = int(np.searchsorted(np.cumsum(level.rows), at, side="right"))
            seen += level.keys[group].tolist()
        assert sorted(seen) == sorted([*batch.whole.private[i], *batch.segments[i].slots])


def test_a_group_without_keys_reads_none() -> None:
    """The library takes a last page of one token for a key, whether there is a page or not."""
    keys = [np.array([5, 6], np.int32), np.zeros(0, np.int32), np.array([7], np.int32)]
    level = Level([2, 1, 1], [*keys, np.zeros(0, np.int32)])
    offsets, slots = torch.from_numpy(level.key_offsets), torch.from_numpy(level.slots)
    found = flashinfer_mock.keys_of(offsets, slots, torch.from_numpy(level.last_page), None)
    assert [k.tolist() for k in found] == [[5, 6], [], [7], []]
    for ones, what in ((slice(None), "past the array"), (slice(0, 3), "foreign")):
        last = torch.from_numpy(level.last_page)
        last[ones] = 1
        with pytest.raises(AssertionError, match=what):
            flashinfer_mock.keys_of(offsets, slots, last, None)


def test_what_a_plan_has_staged_is_not_overwritten_before_the_device_has_it() -> None:
    """A device that is behind: a wrapper is planned again only when it has come past the plan before."""
    told: list[str] = []

    class Thing:
        def __init__(self, kind: str) -> None:
            self.name = f"{kind}{sum(kind in made for made in names)}"
            names.append(self.name)

        def plan(self) -> None:
            told.append(f"plan {self.name}")

        def record(self) -> None:
            told.append(f"record {self.name}")

        def synchronize(self) -> None:
            told.append(f"wait {self.name}")

    names: list[str] = []
    turns = Turns(lambda: Thing("wrapper"), lambda: Thing("moment"))
    planned = [turns.plan().name for _ in range(2 * TURNS)]
    assert planned[:TURNS] == planned[TURNS:]
    assert len(set(planned)) == TURNS
    for i, name in enumerate(planned):
        number = name[-1]
        wanted = [f"wait moment{number}", f"plan {name}", f"record moment{number}"]
        assert told[3 * i : 3 * i + 3] == wanted


@pytest.mark.parametrize("least_saved", [1, 10**9])
def test_a_plan_looks_at_nothing_that_lies_on_the_device(
    monkeypatch: pytest.MonkeyPatch, least_saved: int
) -> None:
    """The library reads offsets and lengths on the host: given from the device, each would be waited for."""
    sent: set[int] = set()
    given: dict[str, torch.Tensor] = {}
    send = flashinfer_backend.send
    plan = flashinfer_mock.BatchPrefillWithPagedKVCacheWrapper.plan

    def noted(*arguments: Any) -> torch.Tensor:
        tensor = send(*arguments).clone()  # as a copy to another device is
        sent.add(tensor.data_ptr())
        return tensor

    def planned(self: Any, *arguments: Any, **settings: Any) -> None:
        names = ("rows", "offsets", "pages", "last")
        given.update(zip(names, arguments, strict=True), lengths=settings["seq_lens"])
        plan(self, *arguments, **settings)
        on_device = {name for name, tensor in given.items() if tensor.data_ptr() in sent}
        assert on_device == {"pages"}

    monkeypatch.setattr(flashinfer_backend, "send", noted)
    monkeypatch.setattr(flashinfer_mock.BatchPrefillWithPagedKVCacheWrapper, "plan", planned)
    made = case(3, 4, 4, 64, torch.float16)
    agree(made, FlashInferAttention(made.pool, least_saved))
    assert given


@pytest.mark.parametrize(
    ("made", "options", "what"),
    [
        (case(0, 4, 4, 64), PLAIN, "float32"),
        (case(0, 4, 4, 16, torch.float16), PLAIN, "heads of 16"),
        (case(0, 4, 4, 64, torch.float16), LayerOptions(1.0, sinks=torch.zeros(4)), "sinks"),
    ],
)
def test_what_it_cannot_do_is_named_with_a_way_out(
    made: Case, options: LayerOptions, what: str
) -> None:
    with pytest.raises(AttentionUnsupported, match=f"(?s){what}.*triton"):
        agree(made, FlashInferAttention(made.pool), options)


def test_its_absence_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flashinfer", None)
    with pytest.raises(AttentionUnsupported, match="not installed"):
        flashinfer_backend._load()
