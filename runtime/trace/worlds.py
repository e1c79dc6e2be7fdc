"""Four worlds in tokens, from a trace: what the same calls would prefill without us, and at best.

- *stateless*: nothing is kept between calls; every call prefills its whole prompt, and each choice of a
  select is a prompt of its own.
- *prefix cache alone*: an engine with an endless prefix cache, and nobody who plans: a call finds what
  calls that had ended when it began left behind. Calls that arrive together do not find each other.
- *compiled*: what was measured.
- *lower bound*: each position of the prefix tree of all calls that someone needs, once, unless a model
  decoded it (DESIGN section 8).

Everything is computed on one tree of token ids. Used by `explain --analyze`, `run` and the demo.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..plan.schema import Struct
from .records import CallRecord


class Worlds(Struct, frozen=True):
    """Prefilled tokens in each world. `speculative` is the part of `compiled` that nobody asked for.

    `lost` is what requests prefilled that failed or were cancelled: it is in no world.
    """

    stateless: int
    cache_alone: int
    compiled: int
    lower_bound: int
    replayed: int = 0
    speculative: int = 0
    lost: int = 0


def worlds(requests: Iterable[CallRecord]) -> Worlds:
    """The four worlds of a run."""
    everything = list(requests)
    found = [request for request in everything if request.error is None]
    calls = [request for request in found if request.is_call]
    return Worlds(
        stateless=sum(map(stateless, calls)),
        cache_alone=cache_alone(calls),
        compiled=sum(request.prefilled for request in found),
        lower_bound=lower_bound(calls),
        replayed=sum(request.replayed for request in found),
        speculative=sum(r.prefilled for r in found if r.speculative and not r.is_call),
        lost=sum(request.prefilled for request in everything if request.error is not None),
    )


class Asked(NamedTuple):
    """A sequence that a call needs: `needed` of its ids must have KV, those from `decoded` on get it by decoding."""

    ids: tuple[int, ...]
    needed: int
    decoded: int


def sequences(call: CallRecord) -> Iterator[Asked]:
    """The sequences of one call: its prompt, what it decoded, and the choices it scored."""
    prompt = tuple(call.prompt)
    yield Asked(prompt, len(prompt), len(prompt))
    for output in call.with_kv:
        yield Asked((*prompt, *output), len(prompt) + len(output), len(prompt))
    heads = [prompt] if call.unconditional is None else [prompt, tuple(call.unconditional)]
    for head in heads if call.kind == "select" else ():
        for choice in call.choices:
            needed = len(head) + len(choice) - 1
            yield Asked((*head, *choice), needed, needed)


def stateless(call: CallRecord) -> int:
    """Tokens that this call prefills when nothing is kept."""
    if call.kind == "gen":
        return len(call.prompt)
    return sum(asked.needed for asked in sequences(call)) - len(call.prompt)


class _Node:
    """A position of the tree: when its KV was there first, and who needs or decoded it."""

    __slots__ = ("children", "decoded", "needed", "since")

    def __init__(self) -> None:
        self.children: dict[int, _Node] = {}
        self.since = math.inf
        self.needed = self.decoded = False

    def walk(self, ids: Iterable[int]) -> Iterator[_Node]:
        """The nodes of a sequence, made where they are missing."""
        node = self
        for token in ids:
            node = node.children.setdefault(token, _Node())
            yield node

    def all(self) -> Iterator[_Node]:
        """Every node below this one."""
        stack: list[_Node] = [self]
        while stack:
            node = stack.pop()
            stack.extend(node.children.values())
            yield from node.children.values()


def lower_bound(calls: Iterable[CallRecord]) -> int:
    """Needed positions that no model decoded, each once."""
    root = _Node()
    for call in calls:
        for asked in sequences(call):
            for position, node in enumerate(root.walk(asked.ids[: asked.needed])):
                if position >= asked.decoded:
                    node.decoded = True
                else:
                    node.needed = True
    return sum(node.needed and not node.decoded for node in root.all())


def cache_alone(calls: Iterable[CallRecord]) -> int:
    """Tokens prefilled when a call finds only what had ended before it began."""
    found = list(calls)
    root = _Node()
    for call in found:
        for asked in sequences(call):
            for node in root.walk(asked.ids[: asked.needed]):
                node.since = min(node.since, call.ended)
    return sum(_missed(root, call) for call in found)


def _missed(root: _Node, call: CallRecord) -> int:
    """Positions that this call computes itself, each once; a gen computes its last position in any case."""
    missed: set[int] = set()
    for asked in sequences(call):
        for node in root.walk(asked.ids[: min(asked.needed, asked.decoded)]):
            if node.since > call.started:
                missed.add(id(node))
    return max(len(missed), call.kind == "gen")
