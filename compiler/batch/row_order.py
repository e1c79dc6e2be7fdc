"""The order of a batch: rows, and fields whose order is free, so that neighbours share most.

The greedy group recursion of "Optimizing LLM Queries in Relational Data Analytics Workloads" (Liu et
al.), with tokens for lengths: the value that saves most goes first, its rows stand together, and both
parts are ordered in the same way, the group without the fields that are settled in it. Called once
for a whole input; the order is then fixed, so that a run which is resumed has the same prompts.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

Row = Mapping[str, Hashable]
Length = Callable[[Hashable], int]
Weight = Callable[[Hashable], float]

POWERS = (1, 1.5)
"""What `best_order` tries; more gives little."""


@dataclass(frozen=True, slots=True)
class RowOrder:
    """Rows by their position in the input, and for each the order of its fields."""

    rows: tuple[int, ...]
    fields: tuple[tuple[str, ...], ...]


def characters(value: Hashable) -> int:
    """The length of a value where no tokenizer is at hand."""
    return len(str(value))


def best_order(
    table: Sequence[Row], fields: Sequence[str], length: Length = characters
) -> RowOrder:
    """The best of what is tried: greedy orders that weigh long values differently, and one for all rows."""
    common = common_field_order(table, fields, length)
    tried = [order_rows(table, fields, length, power) for power in POWERS]
    tried.append(RowOrder(sort_rows(table, common), (common,) * len(table)))
    return max(tried, key=lambda order: shared_length(table, order, length))


def order_rows(
    table: Sequence[Row], fields: Sequence[str], length: Length = characters, power: float = 1
) -> RowOrder:
    """An order of rows, and of the fields of each row, in which neighbours share long prefixes.

    `power`: what a long value counts for when groups are compared. Where it does not come first, all of
    it may be lost; the paper squares lengths.
    """

    def weight(value: Hashable) -> float:
        return length(value) ** power

    ordered = _ordered(table, list(range(len(table))), tuple(fields), weight)
    return RowOrder(tuple(row for row, _ in ordered), tuple(names for _, names in ordered))


def sort_rows(table: Sequence[Row], fields: Sequence[str]) -> tuple[int, ...]:
    """The best order of the rows where the order of the fields is given: equal prefixes together."""
    return sort_sequences([[row[name] for name in fields] for row in table])


def sort_sequences(sequences: Sequence[Sequence[Hashable]]) -> tuple[int, ...]:
    """The positions of sequences in an order in which those with equal beginnings stand together.

    Groups stand where their first member stood, so that an input in a good order stays as it is.
    """
    numbers: dict[tuple[int, Hashable], int] = {}
    first_seen = [0]
    keys: list[list[int]] = []
    for at, sequence in enumerate(sequences):
        prefix, key = 0, list[int]()
        for item in sequence:
            prefix = numbers.setdefault((prefix, item), len(first_seen))
            if prefix == len(first_seen):
                first_seen.append(at)
            key.append(first_seen[prefix])
        keys.append(key)
    return tuple(sorted(range(len(keys)), key=lambda at: (keys[at], at)))


def common_field_order(
    table: Sequence[Row], fields: Sequence[str], length: Length = characters
) -> tuple[str, ...]:
    """One order of the fields for all rows: what repeats most, by length, goes first."""

    def repeated(name: str) -> int:
        seen: set[Hashable] = set()
        saved = 0
        for row in table:
            saved += length(row[name]) if row[name] in seen else 0
            seen.add(row[name])
        return saved

    savings = {name: repeated(name) for name in fields}
    return tuple(sorted(fields, key=lambda name: -savings[name]))


def shared_length(table: Sequence[Row], order: RowOrder, length: Length = characters) -> int:
    """What an order saves: the lengths of the leading fields that each row has from the one before."""
    placed = list(zip(order.rows, order.fields, strict=True))
    return sum(
        _shared(table, before, after, length) for before, after in itertools.pairwise(placed)
    )


def _shared(
    table: Sequence[Row],
    before: tuple[int, tuple[str, ...]],
    after: tuple[int, tuple[str, ...]],
    length: Length,
) -> int:
    total = 0
    for one, other in zip(before[1], after[1], strict=True):
        value = table[after[0]][other]
        if one != other or table[before[0]][one] != value:
            break
        total += length(value)
    return total


_Placed = list[tuple[int, tuple[str, ...]]]


def _ordered(
    table: Sequence[Row], rows: list[int], fields: tuple[str, ...], weight: Weight
) -> _Placed:
    """Take the group that saves most until none saves anything; then the rest as it came."""
    if len(rows) < 2 or not fields:
        return [(row, fields) for row in rows]
    groups = _Groups(table, rows, fields, weight)
    placed: _Placed = []
    while (best := groups.take_best()) is not None:
        name, members = best
        settled = (name, *_settled(table, members, fields, name))
        left = tuple(field for field in fields if field not in settled)
        inner = _ordered(table, members, left, weight)
        placed += [(row, settled + names) for row, names in inner]
    return placed + [(row, fields) for row in rows if row in groups.left]


def _settled(
    table: Sequence[Row], members: Sequence[int], fields: Sequence[str], name: str
) -> tuple[str, ...]:
    """The other fields that have one value in the whole group."""
    first = table[members[0]]
    return tuple(
        field
        for field in fields
        if field != name and all(table[row][field] == first[field] for row in members)
    )


class _Groups:
    """Rows by field and value, with the group that saves most at hand."""

    def __init__(
        self, table: Sequence[Row], rows: Sequence[int], fields: Sequence[str], weight: Weight
    ) -> None:
        self.left = dict.fromkeys(rows)
        self._table, self._fields, self._weight = table, fields, weight
        self._members: dict[tuple[str, Hashable], dict[int, None]] = {}
        for row in rows:
            for name in fields:
                self._members.setdefault((name, table[row][name]), {})[row] = None
        self._heap = [entry for key in self._members if (entry := self._entry(key))[0] < 0]
        heapq.heapify(self._heap)

    def take_best(self) -> tuple[str, list[int]] | None:
        """The field and rows of the group that saves most; its rows are gone from all others."""
        while self._heap:
            saved, _, _, key = heapq.heappop(self._heap)
            entry = self._entry(key)
            if entry[0] != saved:  # some of its rows went with another group meanwhile
                if entry[0] < 0:
                    heapq.heappush(self._heap, entry)
                continue
            members = list(self._members[key])
            for row in members:
                self._forget(row)
            return key[0], members
        return None

    def _forget(self, row: int) -> None:
        del self.left[row]
        for name in self._fields:
            del self._members[name, self._table[row][name]][row]

    def _entry(self, key: tuple[str, Hashable]) -> tuple[float, int, int, tuple[str, Hashable]]:
        """What a group saves (negated), then its field and first row so that ties are settled."""
        members = self._members[key]
        saved = self._weight(key[1]) * (len(members) - 1) if len(members) > 1 else 0
        return -saved, self._fields.index(key[0]), next(iter(members), -1), key
