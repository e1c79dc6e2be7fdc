"""The torch attention backend: every way of cutting a batch gives what the definition gives."""

import numpy as np
import pytest
import torch

from sglc.runtime.engine.attention import merge, sums
from sglc.runtime.engine.attention.base import LayerOptions
from sglc.runtime.engine.attention.definition import attend_plainly
from sglc.runtime.engine.attention.torch_backend import TorchAttention
from sglc.runtime.engine.batch import Batch, Segment
from sglc.runtime.engine.pool import Pool, Shape
from sglc.runtime.engine.radix import Node, RadixCache

SHAPE = Shape(layers=1, heads=6, kv_heads=2, head_dim=16, hidden=8, vocab=10, max_context=9999)
EMPTY = np.zeros(0, dtype=np.int32)
CPU = torch.device("cpu")


class Setup:
    """A pool with random keys and values, a tree with a trunk of 300 tokens and two limbs of 150."""

    def __init__(self, dtype: torch.dtype, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        torch.manual_seed(seed)
        self.pool = Pool(SHAPE, 3000, dtype, CPU)
        self.pool.keys.normal_()
        self.pool.values.normal_()
        self.free = list(self.rng.permutation(np.arange(1, 3001)))
        tree = RadixCache()
        trunk = self.ids(300)
        self.trunk = tree.insert(trunk, self.take(300, run=True)).node
        self.limbs: list[Node] = []
        for _ in range(2):
            ids = np.concatenate([trunk, self.ids(150)])
            slots = np.concatenate([self.trunk.slots, self.take(150)])
            self.limbs.append(tree.insert(ids, slots).node)

    def ids(self, count: int) -> np.ndarray:
        return self.rng.integers(0, 9, count).astype(np.int32)

    def take(self, count: int, run: bool = False) -> np.ndarray:
        """Slots, scattered or side by side."""
        if run:
            self.free.sort()
        taken, self.free = self.free[:count], self.free[count:]
        return np.array(taken, dtype=np.int32)

    def segment(self, node: Node | None, own: int, new: int) -> Segment:
        return Segment(self.ids(new), self.take(new), node, self.take(own))


def batches(setup: Setup) -> dict[str, list[Segment]]:
    limb = setup.limbs
    return {
        "decode alone": [setup.segment(None, 5 + i, 1) for i in range(7)],
        "arms decode": [setup.segment(setup.trunk, 3 * i, 1) for i in range(6)],
        "two levels": [setup.segment(limb[i % 2], i, 1) for i in range(8)],
        "prefill": [setup.segment(None, 0, 200)],
        "chunk": [setup.segment(setup.trunk, 40, 170)],
        "short prefills of arms": [setup.segment(setup.trunk, 2, 5 + i) for i in range(6)],
        "everything": [
            setup.segment(None, 0, 150),
            *(setup.segment(limb[i % 2], i, 1) for i in range(6)),
            setup.segment(limb[0], 0, 90),
            *(setup.segment(setup.trunk, 1, 4) for _ in range(3)),
            setup.segment(None, 700, 1),
        ],
    }


def tensors(setup: Setup, rows: int) -> list[torch.Tensor]:
    dtype = setup.pool.keys.dtype
    return [torch.randn(rows, heads, SHAPE.head_dim).to(dtype) for heads in (6, 2, 2)]


def by_definition(
    setup: Setup, batch: Batch, q: torch.Tensor, options: LayerOptions
) -> torch.Tensor:
    outs = []
    for i, segment in enumerate(batch.segments):
        slots = torch.from_numpy(np.concatenate([batch.whole.private[i], segment.slots])).long()
        rows = q[batch.offsets[i] : batch.offsets[i + 1]].float()
        keys, values = setup.pool.keys[0][slots].float(), setup.pool.values[0][slots].float()
        outs.append(attend_plainly(rows, keys, values, options))
    return torch.cat(outs)


NAMES = list(batches(Setup(torch.float32)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("least_saved", [1, 128, 1 << 60])
@pytest.mark.parametrize("name", NAMES)
def test_every_cut_gives_the_same(name: str, least_saved: int, dtype: torch.dtype) -> None:
    setup = Setup(dtype)
    batch = Batch(batches(setup)[name])
    attention = TorchAttention(setup.pool, least_saved)
    q, k, v = tensors(setup, batch.tokens)
    options = LayerOptions(scale=0.25)
    attention.plan(batch)
    out = attention.run(0, q, k, v, options)
    limit = 1e-4 if dtype == torch.float32 else 0.04
    torch.testing.assert_close(
        out.float(), by_definition(setup, batch, q, options), atol=limit, rtol=limit
    )


@pytest.mark.parametrize(
    "options",
    [
        LayerOptions(0.25, window=40),
        LayerOptions(0.25, softcap=5.0),
        LayerOptions(0.25, sinks=torch.linspace(-1, 1, 6)),
    ],
)
def test_windows_soft_caps_and_sinks(options: LayerOptions) -> None:
    setup = Setup(torch.float32)
    batch = Batch(batches(setup)["everything"])
    attention = TorchAttention(setup.pool)
    q, k, v = tensors(setup, batch.tokens)
    attention.plan(batch)
    out = attention.run(0, q, k, v, options)
    torch.testing.assert_close(out, by_definition(setup, batch, q, options), atol=1e-4, rtol=1e-4)


def test_without_torchs_private_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "_FLASH", None)
    for name in NAMES:
        test_every_cut_gives_the_same(name, 128, torch.float32)


def test_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "BLOCK", 5000)
    monkeypatch.setattr(sums, "TOGETHER", 20)
    for name in NAMES:
        test_every_cut_gives_the_same(name, 128, torch.bfloat16)


@pytest.mark.parametrize("factor", [20.0, -20.0, 3000.0])
@pytest.mark.parametrize("name", NAMES)
def test_scores_too_large_for_plain_sums_are_merged_carefully(name: str, factor: float) -> None:
    setup = Setup(torch.bfloat16)
    batch = Batch(batches(setup)[name])
    attention = TorchAttention(setup.pool, 128)
    setup.pool.keys.normal_(mean=factor, std=0.1)
    q, k, v = tensors(setup, batch.tokens)
    q, k = q.abs(), k + factor
    options = LayerOptions(scale=0.25)
    attention.plan(batch)
    out = attention.run(0, q, k, v, options)
    assert out.isfinite().all()
    grouped = q.view(len(q), SHAPE.kv_heads, -1, SHAPE.head_dim) * options.scale
    assert attention._added(grouped, setup.pool.keys[0], setup.pool.values[0]) is None
    expected = by_definition(setup, batch, q, options)
    assert (out.float() - expected).norm() < 0.05 * expected.norm()


def test_a_shared_stretch_is_one_level_though_the_tree_cut_it() -> None:
    setup = Setup(torch.float32)
    arms = [setup.segment(setup.limbs[0], 1, 1) for _ in range(4)]
    context = Batch(arms).grouped(1)
    assert [(len(level.slots), level.segments) for level in context.levels] == [(450, [0, 1, 2, 3])]
    both = Batch([*arms, setup.segment(setup.limbs[1], 1, 1)]).grouped(1)
    assert sorted(len(level.slots) for level in both.levels) == [150, 300]
