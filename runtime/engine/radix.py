"""The radix cache: a tree over token ids whose values are KV slots.

A path from a root spells a token sequence; the slots along it hold the sequence's keys and values. The tree owns the
slots in it. A request locks the path it reads, and what is locked is never evicted:

    ids      |--------- prompt ---------|-- generated --|
    tree     |== locked path ==|                             slots owned by the tree
    request                    |== own slots ===========|    until they are inserted, or released

Used by the scheduler alone, from one thread. Nothing here imports torch.
"""

import heapq
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .slots import Slots

Ids = NDArray[np.int32]

# A node remembers how so many evicted children began, to say later why a prompt missed.
GONE_REMEMBERED = 1024

_EMPTY = np.zeros(0, dtype=np.int32)


class Node:
    """An edge of the tree with the node at its end: `key` are the token ids of the edge, `slots` their places."""

    __slots__ = (
        "children",
        "claims",
        "depth",
        "gone",
        "is_over",
        "key",
        "last_use",
        "locks",
        "parent",
        "pinned",
        "queued",
        "slots",
    )

    def __init__(self, parent: "Node | None", key: Ids, slots: Slots) -> None:
        self.parent = parent
        self.key = key
        self.slots = slots
        self.depth: int = (parent.depth if parent else 0) + len(
            key
        )  # tokens from the root to the edge's end
        self.children: dict[int | bytes, Node] = {}
        self.gone: set[int | bytes] = set()  # how evicted children began
        self.locks = 0
        self.last_use = 0
        self.claims: dict[int, int] = {}  # who wants it again, and at which count of calls
        self.is_over = False  # who made it wants it no more; the next use takes that back
        self.pinned = False
        self.queued = False  # whether the eviction heap holds an entry for it

    @property
    def start(self) -> int:
        """The position of the edge's first token."""
        return self.depth - len(self.key)

    def path(self) -> "list[Node]":
        """The nodes from below the root to this one."""
        nodes = []
        node = self
        while node.parent is not None:
            nodes.append(node)
            node = node.parent
        return nodes[::-1]

    def path_slots(self) -> Slots:
        """The slots of the whole sequence that ends here."""
        pieces = [node.slots for node in self.path()]
        return np.concatenate(pieces) if pieces else _EMPTY


class Match(NamedTuple):
    """The longest known prefix: it ends `length` tokens from the root, on the edge of `node`."""

    node: Node
    length: int


class Inserted(NamedTuple):
    """Where an inserted sequence ends, and how many of its leading tokens the tree had before."""

    node: Node
    existing: int


class RadixCache:
    """Token sequences to slots, with locks and eviction.

    `page_size` is the granularity of sharing: prefixes match and enter the tree in whole pages. `policy` is what goes
    first among unlocked leaves: `lru` (refined by the plan's hints), `fifo`, or `lru-plain` (hints ignored).
    """

    def __init__(self, page_size: int = 1, policy: str = "lru") -> None:
        if policy not in ("lru", "lru-plain", "fifo"):
            raise ValueError(f"unknown eviction policy `{policy}`")
        self.page_size = page_size
        self.policy = policy
        self.tick = 0
        self.calls = 0  # that came so far; the clock of the plan's hints
        self.version = 0  # raised when a path changes its nodes: a split or an eviction
        self.tokens = 0  # in the tree
        self.locked_tokens = 0
        self.nodes = 0
        self._roots: dict[str, Node] = {}
        self._heap: list[tuple[tuple[int, int], int, Node]] = []
        self._serial = 0

    @property
    def evictable_tokens(self) -> int:
        """How many slots eviction can give back."""
        return self.tokens - self.locked_tokens

    def match(self, ids: Ids, namespace: str = "", start: Node | None = None) -> Match:
        """Find the longest prefix of `ids` in the tree; changes nothing. `start`: a node known to lie on the path."""
        node = start or self._root(namespace)
        length = node.depth
        size = self.page_size
        while len(ids) - length >= size:
            child = node.children.get(self._child_key(ids, length))
            if child is None:
                break
            common = self._whole_pages(
                common_prefix(child.key, ids[length : length + len(child.key)])
            )
            length += common
            node = child
            if common < len(child.key):
                break
        return Match(node, length)

    def touch(self, match: Match) -> Node:
        """Mark a match as used now and return the node that ends exactly there, splitting an edge if need be."""
        self.tick += 1
        node = self._split(match.node, match.length)
        self._mark(node)
        return node

    def insert(
        self, ids: Ids, slots: Slots, namespace: str = "", start: Node | None = None
    ) -> Inserted:
        """Add a sequence. The tree takes the slots from `existing` on; those before it that differ remain the caller's.

        A part of a page at the end is not taken: the returned node's depth says how far the tree reaches.
        """
        ids = ids[: self._whole_pages(len(ids))]
        self.tick += 1
        match = self.match(ids, namespace, start)
        node = self._split(match.node, match.length)
        if match.length < len(ids):
            node = self._add_leaf(node, ids[match.length :], slots[match.length : len(ids)])
        self._mark(node)
        return Inserted(node, match.length)

    def retain(
        self, ids: Ids, claim: int, next_use: int, pin: bool = False, namespace: str = ""
    ) -> None:
        """Keep what is known of a sequence: it is used again after `next_use` calls, or `pin`ned for good."""
        match = self.match(ids, namespace)
        node = self._split(match.node, match.length)
        if node.parent is None:
            return
        node.is_over = False
        if pin:
            node.pinned = True
        else:
            node.claims[claim] = self.calls + next_use

    def release(self, ids: Ids, claim: int, start: int | None, namespace: str = "") -> None:
        """End a claim, and let go of what lies behind `start`, but for what others claim or use beside it.

            ids   |---------- start ---- own text ----|-- what went on from it --|
            kept  |== the prefix ===|                                                 evicted as if never released
            over                    |== released =====|== released, all branches ==|  evicted first

        What is locked stays until it is unlocked, and what is used again is taken back.
        `start` None: only the claim ends.
        """
        match = self.match(ids, namespace)
        for node in match.node.path():
            node.claims.pop(claim, None)
            self._offer_again(node)
        if start is None or match.length <= start:
            return
        node = self._split(match.node, match.length)
        if not node.claims and not node.pinned:
            self._let_go_below(node, claim)
            self._let_go_above(node, self._pages_up(start))

    def was_evicted(self, node: Node, ids: Ids) -> bool:
        """Whether what follows `node` in `ids` once was in the tree, as far as `node` remembers."""
        has_page = len(ids) - node.depth >= self.page_size
        return has_page and self._child_key(ids, node.depth) in node.gone

    def lock(self, node: Node) -> None:
        """Keep the whole path to `node` from being evicted, until `unlock`."""
        while node.parent is not None:
            if node.locks == 0:
                self.locked_tokens += len(node.key)
            node.locks += 1
            node = node.parent

    def unlock(self, node: Node) -> None:
        """Undo one `lock`."""
        while node.parent is not None:
            if node.locks <= 0:
                raise ValueError("a path was unlocked that is not locked")
            node.locks -= 1
            if node.locks == 0:
                self.locked_tokens -= len(node.key)
                self._offer(node)
            node = node.parent

    def evict(self, count: int) -> Slots:
        """Remove unlocked leaves until `count` slots are gathered or none is left; return their slots."""
        freed: list[Slots] = []
        total = 0
        while total < count and self._heap:
            rank, _, node = heapq.heappop(self._heap)
            node.queued = False
            if not self._is_evictable(node):
                continue
            if rank != self._rank(node):  # used since it was offered
                self._offer(node)
                continue
            freed.append(self._remove(node))
            total += len(node.key)
        return np.concatenate(freed) if freed else _EMPTY

    def clear(self) -> Slots:
        """Evict everything that is not locked."""
        return self.evict(self.evictable_tokens)

    def discard(self, is_lost: NDArray[np.bool_]) -> Slots:
        """Remove what stands in lost slots, and all that goes on from it; return the slots of both.

        `is_lost` is indexed by slot. That somebody has locked what is removed is our own fault: ValueError.
        """
        freed: list[Slots] = []
        stack = [child for root in self._roots.values() for child in root.children.values()]
        while stack:
            node = stack.pop()
            if is_lost[node.slots].any():
                freed += self._cut(node)
            else:
                stack.extend(node.children.values())
        return np.concatenate(freed) if freed else _EMPTY

    def walk(self) -> Iterator[Node]:
        """All nodes below the roots."""
        stack = [child for root in self._roots.values() for child in root.children.values()]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(node.children.values())

    def _root(self, namespace: str) -> Node:
        root = self._roots.get(namespace)
        if root is None:
            root = self._roots[namespace] = Node(None, _EMPTY, _EMPTY)
        return root

    def _child_key(self, ids: Ids, at: int) -> int | bytes:
        return int(ids[at]) if self.page_size == 1 else ids[at : at + self.page_size].tobytes()

    def _whole_pages(self, length: int) -> int:
        return length - length % self.page_size

    def _pages_up(self, length: int) -> int:
        return length + -length % self.page_size

    def _let_go_below(self, node: Node, claim: int) -> None:
        """Let go of everything that goes on from a node; what others want again stays, and what is let go already."""
        stack = list(node.children.values())
        while stack:
            below = stack.pop()
            below.claims.pop(claim, None)
            if not (below.claims or below.pinned or below.is_over):
                self._let_go(below)
                stack.extend(below.children.values())

    def _let_go_above(self, node: Node, start: int) -> None:
        """Let go of a node and of those before it, back to `start` or to where others branch off or have a claim."""
        while node.depth > start:
            if node.start < start:
                self._split(node, start)
            self._let_go(node)
            node = node.parent or node
            if node.parent is None or node.claims or node.pinned or len(node.children) > 1:
                return

    def _let_go(self, node: Node) -> None:
        node.is_over = True
        self._offer_again(node)

    def _add_leaf(self, parent: Node, key: Ids, slots: Slots) -> Node:
        leaf = Node(parent, key.copy(), slots.copy())
        parent.children[self._child_key(key, 0)] = leaf
        parent.gone.discard(self._child_key(key, 0))
        self.tokens += len(key)
        self.nodes += 1
        return leaf

    def _split(self, node: Node, depth: int) -> Node:
        """Return a node that ends at `depth`: `node`, or a new one above it. Handles keep pointing at the deep end."""
        if node.depth == depth:
            return node
        cut = depth - node.start
        parent = node.parent
        assert parent is not None
        assert 0 < cut < len(node.key)
        upper = Node(parent, node.key[:cut], node.slots[:cut])
        upper.locks, upper.last_use = node.locks, node.last_use
        upper.claims, upper.is_over, upper.pinned = dict(node.claims), node.is_over, node.pinned
        parent.children[self._child_key(node.key, 0)] = upper
        node.key, node.slots, node.parent = node.key[cut:], node.slots[cut:], upper
        upper.children[self._child_key(node.key, 0)] = node
        self.nodes += 1
        self.version += 1
        return upper

    def _mark(self, node: Node) -> None:
        """Stamp the whole path as used now."""
        while node.parent is not None:
            node.is_over = False
            if self.policy != "fifo" or node.last_use == 0:
                node.last_use = self.tick
            self._offer(node)
            node = node.parent

    def _is_evictable(self, node: Node) -> bool:
        return node.locks == 0 and not node.children and node.parent is not None

    def _offer(self, node: Node) -> None:
        if not node.queued and self._is_evictable(node):
            node.queued = True
            self._push(node)

    def _offer_again(self, node: Node) -> None:
        """Offer a node whose rank has fallen, whatever older entry there is: that one is dropped when it comes up."""
        if node.queued and self._is_evictable(node):
            self._push(node)

    def _push(self, node: Node) -> None:
        self._serial += 1
        heapq.heappush(self._heap, (self._rank(node), self._serial, node))

    def _rank(self, node: Node) -> tuple[int, int]:
        """The order of eviction, lowest first: released, unknown by age, claimed by distance, pinned."""
        if self.policy != "lru":
            return (1, node.last_use)
        if node.pinned:
            return (3, node.last_use)
        if node.claims:
            return (2, -min(node.claims.values()))
        if node.is_over:
            return (0, node.last_use)
        return (1, node.last_use)

    def _cut(self, top: Node) -> list[Slots]:
        """Take a node and all below it out of the tree."""
        parent = top.parent
        assert parent is not None
        cut = [top]
        for node in cut:
            cut.extend(node.children.values())
        if any(node.locks for node in cut):
            raise ValueError("a path was cut that is locked")
        del parent.children[self._child_key(top.key, 0)]
        for node in cut:
            node.parent = None
            self.tokens -= len(node.key)
        self.nodes -= len(cut)
        self.version += 1
        self._offer(parent)
        return [node.slots for node in cut]

    def _remove(self, leaf: Node) -> Slots:
        parent = leaf.parent
        assert parent is not None
        del parent.children[self._child_key(leaf.key, 0)]
        if len(parent.gone) < GONE_REMEMBERED:
            parent.gone.add(self._child_key(leaf.key, 0))
        leaf.parent = None
        self.tokens -= len(leaf.key)
        self.nodes -= 1
        self.version += 1
        self._offer(parent)
        return leaf.slots


def common_prefix(a: Ids, b: Ids) -> int:
    """How many leading ids two sequences share."""
    n = min(len(a), len(b))
    if n <= 4:  # cheaper than numpy's start-up
        for i in range(n):
            if a[i] != b[i]:
                return i
        return n
    differs = a[:n] != b[:n]
    at = int(differs.argmax())
    return at if differs[at] else n
