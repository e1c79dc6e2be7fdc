"""One forward's work: segments of new tokens, flattened into one ragged batch.

A segment is a run of new tokens after a context. The context may hold slots that other segments of the same forward
write: every layer stores all new keys and values before it attends. So the choices of a select (a small tree), siblings
that share a prefix still being computed, a prefill chunk and a decode step are all the same thing.

    position   0 ........ node.depth ........ start ........ start + len(ids)
    context    |-- path to node --|--- own ---|
    new                                       |---- ids ----|    stored at slots, causal among themselves
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from .radix import Ids, Node
from .slots import Slots
from .transfers import send


@dataclass(slots=True, eq=False)
class Segment:
    """New tokens, the place of each, and the context that they follow."""

    ids: Ids
    slots: Slots
    node: Node | None  # its path is the context's shared part
    own: Slots  # the context's part that is in no tree
    is_unread: bool = False  # its id, the only one, is known to the device alone

    @property
    def start(self) -> int:
        """The position of the first new token."""
        return (self.node.depth if self.node else 0) + len(self.own)


@dataclass(slots=True, eq=False)
class Level:
    """A stretch of context that several segments share: attended to once for all of them."""

    slots: Slots
    segments: list[int]


@dataclass(slots=True, eq=False)
class Context:
    """What each segment attends to: shared levels, and the rest on its own."""

    levels: list[Level]
    private: list[Slots]


class Batch:
    """The segments of one forward and their flat arrays.

    `unread`: the ids of the segments that say so, in order, on the device; their own are placeholders.
    """

    def __init__(self, segments: Sequence[Segment], unread: torch.Tensor | None = None) -> None:
        self.segments = segments
        self._unread = unread
        self.lengths: NDArray[np.int64] = np.array([len(s.ids) for s in segments], dtype=np.int64)
        self.starts: NDArray[np.int64] = np.array([s.start for s in segments], dtype=np.int64)
        self.offsets: NDArray[np.int64] = np.concatenate(
            [[0], np.cumsum(self.lengths)]
        )  # of each segment's first row
        self.ids: Ids = np.concatenate([s.ids for s in segments])
        self.slots: Slots = np.concatenate([s.slots for s in segments])
        rows = np.arange(self.offsets[-1])
        self.positions: NDArray[np.int64] = rows + np.repeat(
            self.starts - self.offsets[:-1], self.lengths
        )

    @property
    def tokens(self) -> int:
        """How many rows the forward has."""
        return len(self.ids)

    def ids_on(self, device: torch.device) -> torch.Tensor:
        """The ids as a model reads them."""
        ids = send(self.ids, device)
        self.put_unread(ids)
        return ids

    def put_unread(self, ids: torch.Tensor) -> None:
        """Write the ids that only the device knows into the places of their rows, `[tokens or more]`."""
        if self._unread is None:
            return
        rows = self.offsets[:-1][[segment.is_unread for segment in self.segments]]
        unread = self._unread.to(ids.device, ids.dtype)  # a recurrent model reads them on the host
        if len(rows) == self.tokens:
            ids[: len(rows)].copy_(unread)
        else:
            ids.index_copy_(0, send(rows, ids.device), unread)

    @cached_property
    def whole(self) -> Context:
        """Each segment's whole context, in order of position; nothing shared."""
        return Context([], [_join([*(n.slots for n in _path(s)), s.own]) for s in self.segments])

    def grouped(self, least_saved: int) -> Context:
        """Share every stretch of the tree that saves at least `least_saved` reads of a token's keys and values."""
        paths = [_path(segment) for segment in self.segments]
        users: dict[Node, list[int]] = {}
        for i, path in enumerate(paths):
            for node in path:
                users.setdefault(node, []).append(i)
        stretches: dict[Node, tuple[list[Slots], list[int]]] = {}
        head: dict[Node, Node] = {}
        for node, group in users.items():  # parents come before their children
            above = node.parent
            joins = above in head and len(users[above]) == len(group)
            first = head[node] = head[above] if joins and above is not None else node
            stretches.setdefault(first, ([], group))[0].append(node.slots)
        return self._choose(list(stretches.values()), least_saved)

    def _choose(self, stretches: list[tuple[list[Slots], list[int]]], least_saved: int) -> Context:
        levels: list[Level] = []
        pieces: list[list[Slots]] = [[] for _ in self.segments]
        for slots, group in stretches:
            if (len(group) - 1) * sum(map(len, slots)) >= least_saved and len(group) > 1:
                levels.append(Level(_join(slots), group))
            else:
                for i in group:
                    pieces[i] += slots
        return Context(
            levels, [_join([*p, s.own]) for p, s in zip(pieces, self.segments, strict=True)]
        )


def _path(segment: Segment) -> list[Node]:
    return segment.node.path() if segment.node else []


def _join(pieces: list[Slots]) -> Slots:
    return (
        pieces[0]
        if len(pieces) == 1
        else np.concatenate(pieces)
        if pieces
        else np.zeros(0, dtype=np.int32)
    )
