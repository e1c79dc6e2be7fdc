"""The radix cache and the slot allocator against a dictionary, in any order of operations."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)

from sglc.runtime.engine.radix import Node, RadixCache
from sglc.runtime.engine.slots import OutOfSlots, SlotAllocator

CAPACITY = 60
SPACES = st.sampled_from(["", "tenant"])
IDS = st.lists(
    st.integers(0, 2), min_size=1, max_size=12
)  # a tiny alphabet: prefixes collide all the time
CLAIMS = st.integers(1, 3)


def array(ids: list[int]) -> np.ndarray:
    return np.array(ids, dtype=np.int32)


class CacheMachine(RuleBasedStateMachine):
    """`known` is the model: namespace and prefix to slot. `held` are requests: a locked node and slots of their own."""

    requests = Bundle("requests")

    @initialize(
        page_size=st.sampled_from([1, 1, 3]), policy=st.sampled_from(["lru", "lru-plain", "fifo"])
    )
    def start(self, page_size: int, policy: str) -> None:
        self.page = page_size
        self.cache = RadixCache(page_size, policy)
        self.slots = SlotAllocator(CAPACITY)
        self.known: dict[tuple[str, tuple[int, ...], int], int] = {}
        self.held: dict[int, tuple[str, list[int], Node, np.ndarray]] = {}
        self.count = 0

    def key(self, space: str, ids: list[int], at: int) -> tuple[str, tuple[int, ...], int]:
        """What decides the slot of position `at`: all ids up to the end of its page."""
        return space, tuple(ids[: (at // self.page + 1) * self.page]), at

    def expected_length(self, space: str, ids: list[int]) -> int:
        length = 0
        while length + self.page <= len(ids) and self.key(space, ids, length) in self.known:
            length += self.page
        return length

    def make_room(self, count: int) -> bool:
        """Evict as the scheduler does; False when even that is not enough."""
        if self.slots.free < count:
            self.drop(self.cache.evict(count - self.slots.free))
        return self.slots.free >= count

    def drop(self, freed: np.ndarray) -> None:
        locked = {
            int(s) for _, _, node, own in self.held.values() for s in [*node.path_slots(), *own]
        }
        gone = {int(s) for s in freed}
        assert not gone & locked, "a locked slot was evicted"
        assert gone <= set(self.known.values())
        self.known = {key: slot for key, slot in self.known.items() if slot not in gone}
        self.slots.release(freed)

    @rule(target=requests, space=SPACES, ids=IDS)
    def admit(self, space: str, ids: list[int]) -> int:
        """Match, lock the match, and take slots for the rest: a request that starts to run."""
        match = self.cache.match(array(ids), space)
        assert match.length == self.expected_length(space, ids)
        node = self.cache.touch(match)
        expected = [self.known[self.key(space, ids, i)] for i in range(match.length)]
        assert node.path_slots().tolist() == expected
        self.cache.lock(node)
        self.count += 1
        own = np.zeros(0, dtype=np.int32)
        self.held[self.count] = (space, ids, node, own)
        if self.make_room(len(ids) - match.length):
            own = self.slots.allocate(len(ids) - match.length)
            self.held[self.count] = (space, ids, node, own)
        return self.count

    @rule(request=requests, more=IDS)
    def decode(self, request: int, more: list[int]) -> None:
        """Grow a running request by tokens of its own; another fork of the same prompt never sees them."""
        if request not in self.held or not self.make_room(len(more)):
            return
        space, ids, node, own = self.held[request]
        if node.depth + len(own) < len(ids):
            return  # it got no slots for its prompt
        own = np.concatenate([own, self.slots.allocate(len(more))])
        self.held[request] = (space, ids + more, node, own)

    @rule(request=consumes(requests))
    def finish(self, request: int) -> None:
        """Insert what a request has (also when it is preempted), give back duplicates and odd ends, unlock."""
        if request not in self.held:
            return
        space, ids, node, own = self.held.pop(request)
        reach = node.depth + len(own)
        ids = ids[:reach]
        slots = np.concatenate([node.path_slots(), own])
        inserted = self.cache.insert(array(ids), slots, space, start=node)
        assert inserted.existing == max(node.depth, self.expected_length(space, ids))
        end = inserted.node.depth
        assert end == len(ids) - len(ids) % self.page or not len(own)
        self.slots.release(slots[node.depth : inserted.existing])
        self.slots.release(slots[end:])
        for i in range(inserted.existing, end):
            self.known[self.key(space, ids, i)] = int(slots[i])
        self.cache.unlock(node)

    @rule(request=consumes(requests))
    def abort(self, request: int) -> None:
        """Throw a request's own slots away."""
        if request not in self.held:
            return
        _, _, node, own = self.held.pop(request)
        self.slots.release(own)
        self.cache.unlock(node)

    @rule(space=SPACES, ids=IDS, claim=CLAIMS, next_use=st.integers(0, 5), pin=st.booleans())
    def retain(self, space: str, ids: list[int], claim: int, next_use: int, pin: bool) -> None:
        self.cache.retain(array(ids), claim, next_use, pin, space)

    @rule(space=SPACES, ids=IDS, claim=CLAIMS, start=st.none() | st.integers(0, 12))
    def release(self, space: str, ids: list[int], claim: int, start: int | None) -> None:
        """A hint takes nothing away by itself."""
        tokens = self.cache.tokens
        self.cache.release(array(ids), claim, start, space)
        assert self.cache.tokens == tokens

    @rule(count=st.integers(1, CAPACITY))
    def evict(self, count: int) -> None:
        evictable = self.cache.evictable_tokens
        freed = self.cache.evict(count)
        assert len(freed) >= min(count, evictable)
        self.drop(freed)

    @rule(picks=st.lists(st.integers(0, CAPACITY), min_size=1, max_size=3))
    def discard(self, picks: list[int]) -> None:
        """Some slots were not computed: who reads them ends, and the tree forgets them and what goes on from them."""
        in_tree = sorted(self.known.values())
        if not in_tree:
            return
        lost = {in_tree[pick % len(in_tree)] for pick in picks}
        for request, (_, _, node, own) in list(self.held.items()):
            if lost & {int(s) for s in [*node.path_slots(), *own]}:
                self.abort(request)
        marked = np.zeros(CAPACITY + 1, dtype=np.bool_)
        marked[list(lost)] = True
        freed = self.cache.discard(marked)
        assert lost <= {int(s) for s in freed}
        self.drop(freed)

    @rule(space=SPACES, ids=IDS)
    def look(self, space: str, ids: list[int]) -> None:
        """Matching changes nothing."""
        before = (self.cache.nodes, self.cache.version, self.cache.tick)
        assert self.cache.match(array(ids), space).length == self.expected_length(space, ids)
        assert before == (self.cache.nodes, self.cache.version, self.cache.tick)

    @invariant()
    def every_slot_is_in_one_place(self) -> None:
        in_tree = [int(s) for node in self.cache.walk() for s in node.slots]
        owned = [int(s) for *_, own in self.held.values() for s in own]
        assert sorted(in_tree) == sorted(self.known.values())
        assert len(set(in_tree + owned)) == len(in_tree) + len(owned) == self.slots.held
        assert self.slots.is_held(array(in_tree + owned))

    @invariant()
    def sizes_add_up(self) -> None:
        nodes = list(self.cache.walk())
        assert self.cache.nodes == len(nodes)
        assert self.cache.tokens == sum(len(n.key) for n in nodes) == len(self.known)
        assert self.cache.locked_tokens == sum(len(n.key) for n in nodes if n.locks)
        assert self.slots.free + self.slots.held == CAPACITY

    @invariant()
    def locks_are_those_of_the_requests(self) -> None:
        locks: dict[int, int] = {}
        for _, _, node, _ in self.held.values():
            for step in node.path():
                locks[id(step)] = locks.get(id(step), 0) + 1
        for node in self.cache.walk():
            assert node.locks == locks.get(id(node), 0)
            assert node.depth == (node.parent.depth if node.parent else 0) + len(node.key)


CacheMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestCacheMachine = CacheMachine.TestCase


def fill(cache: RadixCache, *sequences: list[int]) -> None:
    at = 1
    for ids in sequences:
        cache.insert(array(ids), np.arange(at, at + len(ids), dtype=np.int32))
        at += len(ids)


def order_of_eviction(cache: RadixCache) -> list[tuple[int, ...]]:
    """The keys of the nodes, as they go."""
    order: list[tuple[int, ...]] = []
    while cache.tokens:
        before = {tuple(n.key.tolist()) for n in cache.walk()}
        assert len(cache.evict(1))
        order += before - {tuple(n.key.tolist()) for n in cache.walk()}
    return order


def test_least_recently_used_goes_first() -> None:
    cache = RadixCache()
    fill(cache, [1, 2], [3, 4])
    cache.touch(cache.match(array([1, 2])))
    assert cache.evict(1).tolist() == [3, 4]


def test_hints_refine_the_order() -> None:
    """Released, then unknown, then the farthest next use, then what is pinned."""
    cache = RadixCache()
    fill(cache, [1], [2], [3], [4], [5])
    cache.retain(array([1]), 7, 0, pin=True)
    cache.retain(array([2]), 8, 90)
    cache.retain(array([3]), 9, 50)
    cache.release(array([5]), 0, 0)
    assert order_of_eviction(cache) == [(5,), (4,), (2,), (3,), (1,)]


def test_a_release_takes_what_went_on_and_leaves_what_stands_before() -> None:
    cache = RadixCache()
    fill(cache, [1, 2, 3, 4], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 7, 8], [9], [1, 2])
    cache.release(array([1, 2, 3, 4]), 0, 2)
    order = order_of_eviction(cache)
    assert set(order[:2]) == {(5, 6), (7, 8)}
    assert order[2:] == [(3, 4), (9,), (1, 2)]


def test_a_release_stops_at_what_others_claim_or_branch_from() -> None:
    cache = RadixCache()
    fill(cache, [1, 2, 3, 4, 5], [1, 2, 8], [9])
    cache.retain(array([1, 2, 3]), 1, 5)
    cache.retain(array([1, 2, 3]), 2, 5)
    cache.release(array([1, 2, 3]), 1, 0)  # 2 still claims it
    assert not any(node.is_over for node in cache.walk())
    cache.release(array([1, 2, 3]), 2, 0)
    over = {tuple(node.key.tolist()) for node in cache.walk() if node.is_over}
    assert over == {(3,), (4, 5)}  # (1, 2) leads to (8,), too


def test_a_release_within_an_edge_cuts_it() -> None:
    cache = RadixCache()
    fill(cache, [1, 2, 3, 4, 5, 6], [9])
    cache.release(array([1, 2, 3, 4]), 0, 2)
    assert order_of_eviction(cache) == [(5, 6), (3, 4), (1, 2), (9,)]
    pages = RadixCache(page_size=2)
    fill(pages, [1, 2, 3, 4, 5, 6])
    pages.release(array([1, 2, 3, 4, 5]), 0, 1)
    over = [node.key.tolist() for node in pages.walk() if node.is_over]
    assert sorted(over) == [[3, 4], [5, 6]]


def test_the_next_use_takes_a_release_back() -> None:
    cache = RadixCache()
    fill(cache, [1, 2], [3, 4])
    cache.release(array([1, 2]), 0, 0)
    cache.touch(cache.match(array([1, 2])))
    assert order_of_eviction(cache) == [(3, 4), (1, 2)]


def test_what_is_locked_stays_though_released() -> None:
    cache = RadixCache()
    fill(cache, [1, 2], [3, 4])
    node = cache.match(array([1, 2])).node
    cache.lock(node)
    cache.release(array([1, 2]), 0, 0)
    assert cache.evict(4).tolist() == [3, 4]
    cache.unlock(node)
    assert cache.evict(4).tolist() == [1, 2]


def test_a_claim_that_ends_without_a_release_leaves_plain_age() -> None:
    cache = RadixCache()
    fill(cache, [1, 2], [3, 4])
    cache.retain(array([1, 2]), 1, 3)
    cache.release(array([1, 2]), 1, None)
    assert order_of_eviction(cache) == [(1, 2), (3, 4)]


def test_a_split_keeps_handles_and_locks() -> None:
    cache = RadixCache()
    fill(cache, [1, 2, 3, 4])
    deep = cache.touch(cache.match(array([1, 2, 3, 4])))
    cache.lock(deep)
    upper = cache.touch(cache.match(array([1, 2, 9])))
    assert (upper.depth, upper.locks, deep.parent is upper) == (2, 1, True)
    assert deep.path_slots().tolist() == [1, 2, 3, 4]
    assert len(cache.evict(9)) == 0
    cache.unlock(deep)
    assert sorted(cache.evict(9).tolist()) == [1, 2, 3, 4]


def test_allocator_refuses_nonsense() -> None:
    slots = SlotAllocator(4)
    mine = slots.allocate(3)
    assert mine.tolist() == [1, 2, 3]
    with pytest.raises(OutOfSlots):
        slots.allocate(2)
    slots.release(mine[:1])
    for wrong in ([1], [0], [2, 2]):
        with pytest.raises(ValueError, match="released"):
            slots.release(array(wrong))


def test_unknown_policy() -> None:
    with pytest.raises(ValueError, match="mru"):
        RadixCache(policy="mru")
