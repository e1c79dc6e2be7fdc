"""Decode steps by fixed plans on the CPU, where a capture is a plain function. Run by `test_interpreted.py`."""

import numpy as np
import pytest
import torch

from sglc.runtime.engine.attention.base import Attention, LayerOptions
from sglc.runtime.engine.attention.torch_backend import TorchAttention
from sglc.runtime.engine.attention.triton_backend import PROGRAMS, TritonAttention
from sglc.runtime.engine.attention.triton_static import Layout, StaticArrays
from sglc.runtime.engine.batch import Batch
from sglc.runtime.engine.cuda_graphs import DecodeGraphs
from sglc.runtime.engine.pool import Pool

from .attention.batches import CAPACITY, Case, case

PLAIN = LayerOptions(scale=0.25)
HEADS, SIZE = 6, 16


class Embedding:
    """Not a language model: one layer of attention over numbers that follow from token and position."""

    def compute(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        slots: torch.Tensor,
        pool: Pool,
        attention: Attention,
    ) -> None:
        at = (
            (ids * 7 + positions)[:, None, None]
            + torch.arange(HEADS)[:, None] * 3
            + torch.arange(SIZE)
        )
        q, k, v = torch.sin(at.float()), torch.cos(at[:, :2].float()), torch.sin(at[:, :2] * 0.5)
        out = attention.run(0, q, k, v, PLAIN)
        pool.hidden.index_copy_(0, slots.long(), out.flatten(1)[:, : pool.hidden.shape[1]])


def decode(made: Case, most: int) -> Batch:
    single = [s for s in made.batch.segments if len(s.ids) == 1]
    return Batch(single[:most])


def expected(made: Case, batch: Batch) -> torch.Tensor:
    pool = made.other_pool()
    attention = TorchAttention(pool)
    attention.plan(batch)
    ids, positions, slots = map(torch.from_numpy, (batch.ids, batch.positions, batch.slots))
    Embedding().compute(ids, positions, slots, pool, attention)
    return pool.hidden[torch.from_numpy(batch.slots).long()]


def graphs(made: Case, recorded: list[int], **settings: int) -> DecodeGraphs:
    def capture(step):
        recorded.append(1)
        return step

    attention = TritonAttention(made.pool, **settings)
    if "split" in settings:  # more tiles than a device would want
        attention.layout = lambda rows: Layout(rows, 99, 99, 1000)  # type: ignore[method-assign]
    return DecodeGraphs(Embedding(), made.pool, attention, capture, sizes=(1, 4, 8))


@pytest.mark.parametrize("settings", [{}, {"least_saved": 1}, {"least_saved": 1, "split": 16}])
@pytest.mark.parametrize("most", [1, 3, 4])
def test_padded_steps_equal_plain_ones(settings: dict[str, int], most: int) -> None:
    made = case(6, HEADS, 2, SIZE)
    batch = decode(made, most)
    wanted, found = expected(made, batch), graphs(made, [], **settings)
    before = made.pool.keys[:, 1:].clone()
    assert found.run(batch)
    torch.testing.assert_close(
        made.pool.hidden[torch.from_numpy(batch.slots).long()], wanted, atol=2e-5, rtol=1e-4
    )
    others = np.setdiff1d(np.arange(1, CAPACITY + 1), batch.slots) - 1
    assert torch.equal(made.pool.keys[:, 1:][:, others], before[:, others]), (
        "padding wrote to someone's slot"
    )


def test_a_size_is_captured_once_and_refilled() -> None:
    made = case(6, HEADS, 2, SIZE)
    recorded: list[int] = []
    found = graphs(made, recorded, least_saved=1)
    for most in (4, 3, 1, 4):
        batch = decode(made, most)
        wanted = expected(made, batch)
        assert found.run(batch)
        at = torch.from_numpy(batch.slots).long()
        torch.testing.assert_close(made.pool.hidden[at], wanted, atol=2e-5, rtol=1e-4)
    assert (found.captured, len(recorded), found.replays) == ([1, 4], 2, 4)


def test_what_is_captured_at_the_start_is_never_captured_again() -> None:
    made = case(6, HEADS, 2, SIZE)
    recorded: list[int] = []
    found = graphs(made, recorded)
    before = made.pool.keys[:, 1:].clone()
    found.capture()
    found.capture()
    assert (found.captured, len(recorded), found.replays) == ([1, 4, 8], 3, 0)
    batch = decode(made, 3)
    wanted = expected(made, batch)
    assert torch.equal(made.pool.keys[:, 1:], before), "a capture wrote to someone's slot"
    assert found.run(batch)
    at = torch.from_numpy(batch.slots).long()
    torch.testing.assert_close(made.pool.hidden[at], wanted, atol=2e-5, rtol=1e-4)
    assert len(recorded) == 3


@pytest.mark.parametrize("size", [1, 8, 256])
def test_a_graph_launches_no_more_programs_than_run_side_by_side(size: int) -> None:
    """Whatever there is room for: how many tiles there are, the kernel reads from the arrays."""
    made = case(6, HEADS, 2, SIZE)
    attention = TritonAttention(made.pool)
    attention._processors = 132
    attention._wanted = 132 * PROGRAMS // 2
    arrays = StaticArrays(attention.layout(size), made.pool.keys.device)
    attention.use(arrays)
    for kind, launch in zip(("narrow", "wide"), attention._plans[False].launches, strict=True):
        assert launch.programs <= 132 * PROGRAMS
        assert launch.arrays["tiles"] is arrays.views[f"{kind} tiles"]
        assert launch.arrays["tiles"].tolist() == [0], "an empty step has no tile to compute"


def test_a_size_without_memory_is_tried_once_and_a_larger_one_serves(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = case(6, HEADS, 2, SIZE)
    tried: list[int] = []

    def capture(step):
        tried.append(1)
        if len(tried) == 2:  # the second largest
            try:
                raise torch.OutOfMemoryError("CUDA out of memory")
            finally:
                raise RuntimeError("the capture was invalidated")  # as the end of a capture may say
        return step

    found = DecodeGraphs(Embedding(), made.pool, TritonAttention(made.pool), capture, (1, 4, 8))
    found.capture()
    assert found.captured == [1, 8]
    assert "4 rows" in caplog.text
    batch = decode(made, 3)
    wanted = expected(made, batch)
    assert found.run(batch)
    at = torch.from_numpy(batch.slots).long()
    torch.testing.assert_close(made.pool.hidden[at], wanted, atol=2e-5, rtol=1e-4)
    assert len(tried) == 3

    def fails(_):
        raise ValueError("anything else")

    other = DecodeGraphs(Embedding(), made.pool, TritonAttention(made.pool), fails, (4,))
    with pytest.raises(ValueError, match="anything else"):
        other.run(batch)


def test_ids_that_only_the_device_knows_replace_placeholders() -> None:
    made = case(6, HEADS, 2, SIZE)
    batch = decode(made, 3)
    wanted, found = expected(made, batch), graphs(made, [])
    ids = torch.from_numpy(batch.ids).long()
    for unread in ([1], [0, 2], [0, 1, 2]):
        for i in unread:
            segment = batch.segments[i]
            segment.ids, segment.is_unread = np.zeros_like(segment.ids), True
        again = Batch(batch.segments, ids[[s.is_unread for s in batch.segments]])
        assert found.run(again)
        at = torch.from_numpy(batch.slots).long()
        torch.testing.assert_close(made.pool.hidden[at], wanted, atol=2e-5, rtol=1e-4)
        made.pool.hidden[at] = 0


def test_what_has_no_graph_is_left_alone() -> None:
    made = case(6, HEADS, 2, SIZE)
    recorded: list[int] = []
    found = graphs(made, recorded)
    assert not found.run(made.batch), "not a decode step"
    many = Batch([s for seed in (1, 2, 3) for s in decode(case(seed, HEADS, 2, SIZE), 9).segments])
    assert len(many.segments) > 8
    assert not found.run(many), "larger than the largest size"
    assert recorded == []


def test_a_plan_that_does_not_fit_is_refused() -> None:
    made = case(6, HEADS, 2, SIZE)
    attention = TritonAttention(made.pool, split=16)
    batch = decode(made, 4)
    assert attention.fill(batch, Layout(4, 100, 100, 1000)) is not None
    tight = [(3, 100, 100, 1000), (4, 2, 100, 1000), (4, 100, 2, 1000), (4, 100, 100, 9)]
    assert all(attention.fill(batch, Layout(*sizes)) is None for sizes in tight)
