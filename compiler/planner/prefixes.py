"""The prefix table: every prompt value of a module as a node of one tree, equal heads shared.

A node is one append. Two appends of the same text to the same node are the same node, in whatever
program they stand, so static heads that programs have in common are found by construction. A node
holds the token ids that its text settles after its parent, and what is left over behind the last safe
seam is tokenized with whatever comes next (DESIGN section 6).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from ...ir.module import LIFETIMES, Lifetime
from ...ir.target import Part, Tokenizer
from ...runtime.plan.schema import PrefixNode, SourceSpan

Kind = Literal["root", "text", "insert", "image", "turn", "gen", "select", "join"]
Rest = tuple[Part, ...]


@dataclass(slots=True)
class Entry:
    """A node while the table grows.

    `rest`: the parts behind the last seam; None when what stands left of here depends on values.
    `fresh`: nothing was appended yet, so a text begins here as the tokenizer begins one.
    `free`: in sections that a batch may order.
    """

    id: int
    kind: Kind
    parents: list[int]
    ids: list[int] | None = None
    text: str = ""
    tokens: int = 0
    lifetime: Lifetime = "const"
    span: SourceSpan | None = None
    rest: Rest | None = None
    fresh: bool = False
    free: bool = False


class PrefixTable:
    """Hash-consed nodes over one tokenizer, numbered in the order in which they are first met."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[Hashable, int] = {}
        self.entries: list[Entry] = []

    def __getitem__(self, node: int) -> Entry:
        return self.entries[node]

    def root(self, bos: bool) -> int:
        """The empty prompt."""
        ids = list(self._tokenizer.bos_ids) if bos else []
        entry = Entry(0, "root", [], ids=ids, tokens=len(ids), rest=(), fresh=True)
        return self._intern(("root", tuple(ids)), entry)

    def text(self, parent: int, text: str, plain: bool, span: SourceSpan | None) -> int:
        """A literal after `parent`."""
        key = ("text", parent, text, plain)
        if key in self._known:
            return self._known[key]
        entry = Entry(0, "text", [parent], text=text, span=span)
        self._settle(entry, Part(text, not plain))
        return self._intern(key, entry)

    def hole(
        self,
        kind: Kind,
        parent: int,
        what: Hashable,
        *,
        text: str = "",
        lifetime: Lifetime = "request",
        span: SourceSpan | None = None,
    ) -> int:
        """An append whose tokens depend on values. `what` tells two holes of one parent apart."""
        generated = kind in ("gen", "select")
        entry = Entry(0, kind, [parent], text=text, lifetime=lifetime, span=span)
        entry.rest = () if generated else None
        return self._intern((kind, parent, what), entry)

    def join(self, parents: Sequence[int]) -> int | None:
        """The node where control flow from several nodes meets; None when there are none."""
        distinct = list(dict.fromkeys(parents))
        if len(distinct) <= 1:
            return distinct[0] if distinct else None
        rests = [self[node].rest for node in distinct]
        entry = Entry(0, "join", distinct, rest=_common(rests), lifetime=self._shortest(distinct))
        return self._intern(("join", tuple(sorted(distinct))), entry)

    def loop(self, parent: int, times: str, span: SourceSpan | None) -> int:
        """A join whose second parent, the end of a loop's body, is not known yet. `times`: how often it runs."""
        entry = Entry(0, "join", [parent], text=times, span=span, lifetime=self[parent].lifetime)
        return self._intern(("loop", len(self.entries)), entry)

    def close_loop(self, head: int, end: int) -> None:
        """Say where the body of a loop ends."""
        if end != head and end not in self[head].parents:
            self[head].parents.append(end)

    def set_free(self, start: int, end: int) -> None:
        """Say that a batch may order what stands between two nodes."""
        stack, seen = [end], {start}
        while stack:
            at = stack.pop()
            if at not in seen:
                seen.add(at)
                self[at].free = True
                stack += self[at].parents

    def nodes(self) -> list[PrefixNode]:
        """The table as it stands in a plan."""
        return [
            PrefixNode(
                id=e.id,
                kind=e.kind,
                parents=e.parents,
                ids=e.ids,
                text=e.text,
                lifetime=e.lifetime,
                span=e.span,
                tokens=e.tokens,
                free=e.free,
            )
            for e in self.entries
        ]

    def _intern(self, key: Hashable, entry: Entry) -> int:
        if key not in self._known:
            entry.id = len(self.entries)
            self.entries.append(entry)
            self._known[key] = entry.id
        return self._known[key]

    def _settle(self, entry: Entry, part: Part) -> None:
        """Find the ids that a literal settles, as far as they can be known without values."""
        parent = self[entry.parents[0]]
        left = parent.rest
        if left is None and not self._starts_at_seam(part):
            entry.tokens = self._count((part,), fresh=False)
            entry.rest = None
            return
        before: Rest = left or ()
        settled, rest = self._tokenizer.settle((*before, part), continuation=not parent.fresh)
        entry.ids = list(settled)
        entry.rest = tuple(rest)
        entry.fresh = parent.fresh and not settled
        total = len(settled) + self._count(entry.rest, fresh=entry.fresh)
        entry.tokens = max(0, total - self._count(before, fresh=parent.fresh))

    def _starts_at_seam(self, part: Part) -> bool:
        """Whether a literal begins with a control token, which nothing on its left can change."""
        return part.literal and part.text.startswith(tuple(self._tokenizer.special))

    def _count(self, parts: Rest, *, fresh: bool) -> int:
        return len(self._tokenizer.encode(parts, continuation=not fresh)) if parts else 0

    def _shortest(self, nodes: Sequence[int]) -> Lifetime:
        return LIFETIMES[max(LIFETIMES.index(self[node].lifetime) for node in nodes)]


def _common(rests: Sequence[Rest | None]) -> Rest | None:
    return rests[0] if all(rest == rests[0] for rest in rests) else None
