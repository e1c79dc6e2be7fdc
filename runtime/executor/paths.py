"""The path of a prompt through the plan's prefix nodes, and what this row has asked about along it.

Marks of one row are interned: equal appends to one mark give one mark, so that what an arm asked about
is known to its siblings, and what a called program asked about to its next call. `prediction.py` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..plan.schema import Plan

Ids = tuple[int, ...]
Roots = dict[int, "Mark"]
"""The marks of the empty prompts of one row, by node."""


@dataclass(slots=True, eq=False)
class Mark:
    """The prompt passed prefix node `node` when it had `position` settled tokens and `length` characters.

    `fed`: the node is an answer, and an engine has KV for all `position` tokens. `asked` are the sequences
    through this mark for which an engine has KV, or is about to; `ended` those of them that were a request of
    their own, so that their last position need not run again. `beside`, where a row begins: those that were asked
    otherwise than the plan's nodes say.
    """

    node: int
    position: int
    before: Mark | None = None
    fed: bool = False
    length: int = 0
    asked: list[Ids] = field(default_factory=list)
    ended: set[Ids] = field(default_factory=set)
    beside: list[Ids] = field(default_factory=list)
    _after: dict[tuple[int, str, int], Mark] = field(default_factory=dict)

    def then(self, node: int, position: int, text: str) -> Mark:
        """The mark of an append."""
        key = (node, text, position)
        found = self._after.get(key)
        if found is None:
            found = self._after[key] = Mark(node, position, self, length=self.length + len(text))
        return found

    def answered(self, node: int, position: int, text: str) -> Mark:
        """The mark of an answer; no two are the same."""
        return Mark(node, position, self, fed=True, length=self.length + len(text))

    def __iter__(self) -> Iterator[Mark]:
        """This mark and those before it, deepest first."""
        mark: Mark | None = self
        while mark is not None:
            yield mark
            mark = mark.before

    def ask(self, *sequences: Ids, decoded: bool = False) -> None:
        """Note sequences that go through this mark and those before it. `decoded`: a call answered with their ends."""
        for mark in self:
            mark.asked.extend(sequences)
            if not decoded:
                mark.ended.update(sequences)

    @property
    def root(self) -> Mark:
        """Where the path begins."""
        *_, root = self
        return root

    def ask_beside(self, *sequences: Ids, decoded: bool = False) -> None:
        """Note sequences that no node of the plan leads to."""
        root = self.root
        root.ask(*sequences, decoded=decoded)
        root.beside.extend(sequences)

    def covers(self, ids: Ids) -> bool:
        """Whether all of `ids` was asked about already."""
        return any(asked[: len(ids)] == ids for asked in self.asked)


def bare_nodes(plan: Plan) -> frozenset[int]:
    """The nodes at which a call may ask with nothing behind them: values may be empty, text is not."""
    nodes = {node.id: node for node in plan.nodes}
    stack, bare = [family.node for family in plan.families], set[int]()
    while stack:
        node = nodes[stack.pop()]
        if node.id not in bare:
            bare.add(node.id)
            if node.kind in ("insert", "join", "turn", "image") or not node.text:
                stack += node.parents
    return frozenset(bare)


def root_mark(roots: Roots, node: int, position: int) -> Mark:
    """The mark of the empty prompt at `node`, one per row."""
    return roots.setdefault(node, Mark(node, position))
