"""Random batches over a radix tree, for tests that compare attention backends."""

from dataclasses import dataclass

import numpy as np
import torch

from sglc.runtime.engine.batch import Batch, Segment
from sglc.runtime.engine.pool import Pool, Shape
from sglc.runtime.engine.radix import Node, RadixCache
from sglc.runtime.engine.slots import Slots

CAPACITY = 700


@dataclass(slots=True)
class Case:
    """A batch, a pool whose every slot holds something, and the new tokens' queries, keys and values."""

    batch: Batch
    pool: Pool
    q: torch.Tensor
    k: torch.Tensor
    v: torch.Tensor

    def other_pool(self) -> Pool:
        """A pool with the same contents, so that two backends don't see each other's writes."""
        pool = Pool(self.pool.shape, CAPACITY, self.pool.keys.dtype, self.pool.keys.device)
        pool.keys.copy_(self.pool.keys)
        pool.values.copy_(self.pool.values)
        return pool


class Tree:
    """A radix tree whose slots are handed out in a random order, so that nothing lies side by side."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.cache = RadixCache()
        self._free = iter(rng.permutation(np.arange(1, CAPACITY + 1)).astype(np.int32))

    def slots(self, count: int) -> Slots:
        """Take free slots."""
        return np.array([next(self._free) for _ in range(count)], dtype=np.int32)

    def insert(self, ids: list[int]) -> Node:
        """Put a sequence into the tree, splitting edges wherever it leaves them."""
        array = np.array(ids, dtype=np.int32)
        match = self.cache.match(array)
        slots = np.concatenate(
            [np.zeros(match.length, np.int32), self.slots(len(ids) - match.length)]
        )
        return self.cache.insert(array, slots).node

    def segment(self, node: Node | None, own: int, new: int) -> Segment:
        """New tokens after a node and some slots in no tree."""
        ids = self.rng.integers(0, 50, new).astype(np.int32)
        return Segment(ids, self.slots(new), node, self.slots(own))


def segments(rng: np.random.Generator) -> list[Segment]:
    """Unrelated prompts, decode steps, and the arms of a fork that leave their prefix at any token."""
    tree = Tree(rng)
    trunk = [int(i) for i in rng.integers(0, 50, 90)]
    found = [
        tree.segment(None, 0, int(rng.integers(1, 40))),
        tree.segment(None, int(rng.integers(1, 60)), 1),
    ]
    for _ in range(int(rng.integers(2, 6))):
        cut = int(rng.integers(1, len(trunk) + 1))
        arm = [int(i) for i in rng.integers(50, 99, int(rng.integers(1, 20)))]
        node = tree.insert(trunk[:cut] + arm)
        found += [
            tree.segment(node, int(rng.integers(0, 9)), int(rng.integers(1, 4))) for _ in range(2)
        ]
    return [found[i] for i in rng.permutation(len(found))]


def case(
    seed: int, heads: int, kv_heads: int, size: int, dtype: torch.dtype = torch.float32
) -> Case:
    """A random batch with its tensors."""
    rng = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(seed)
    shape = Shape(1, heads, kv_heads, size, hidden=8, vocab=100, max_context=1000)
    pool = Pool(shape, CAPACITY, dtype, torch.device("cpu"))
    pool.keys.normal_(generator=generator)
    pool.values.normal_(generator=generator)
    batch = Batch(segments(rng))
    fused = torch.randn(batch.tokens, heads + 2 * kv_heads, size, generator=generator).to(dtype)
    q, k, v = fused.split(
        [heads, kv_heads, kv_heads], dim=1
    )  # strided views, as a fused projection gives
    return Case(batch, pool, q, k, v)
