"""What stands in a journal: a header, and then records, one a line.

The header says which run it is. An order fixes how a part of the rows is run, before the first of them is. A
row's outcome stands once, unless an earlier one was an error. The end says that nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..executor.instance import Orders
from ..plan.errors import ErrorRecord
from ..plan.schema import Struct
from .rows import RowResult

JOURNAL_VERSION = 3


class JournalHeader(Struct, frozen=True):
    """What the journal belongs to. `input` is a digest of the rows, `rows` their number."""

    journal: int
    plan: str
    program: str
    input: str
    seed: int
    rows: int


class OrderRecord(Struct, frozen=True, tag="order"):
    """The order in which some rows are started, all from `first` on.

    `layouts` are the orders of sections that rows have, by the number of the sections, and `layout_of`
    says which row has which; all others have the plan's.
    """

    first: int
    rows: list[int]
    layouts: list[dict[int, list[int]]] = []
    layout_of: dict[int, int] = {}

    @property
    def orders(self) -> dict[int, Orders]:
        """By row, the orders of its sections."""
        return {row: self.layouts[layout] for row, layout in self.layout_of.items()}

    @property
    def wrong(self) -> str:
        """What can't be in it; empty when it is a whole order."""
        if sorted(self.rows) != list(range(self.first, self.first + len(self.rows))):
            return "its rows are no order of rows that follow each other"
        orders = [order for layout in self.layouts for order in layout.values()]
        if not all(sorted(order) == list(range(len(order))) for order in orders):
            return "an order of sections is none"
        known = range(len(self.layouts))
        if not all(at in known and row in self.range for row, at in self.layout_of.items()):
            return "a row has sections that it does not hold"
        return ""

    @property
    def range(self) -> range:
        """The rows that it orders."""
        return range(self.first, self.first + len(self.rows))

    @classmethod
    def of(cls, rows: Sequence[int], orders: Mapping[int, Orders]) -> OrderRecord:
        """The record of an order, each distinct order of sections once."""
        numbers: dict[tuple[tuple[int, tuple[int, ...]], ...], int] = {}
        layout_of = {
            row: numbers.setdefault(
                tuple((number, tuple(places)) for number, places in sorted(own.items())),
                len(numbers),
            )
            for row, own in orders.items()
        }
        layouts = [{number: list(places) for number, places in layout} for layout in numbers]
        return cls(min(rows, default=0), list(rows), layouts, layout_of)


class RowRecord(Struct, frozen=True, tag="row"):
    """What became of a row."""

    row: int
    result: Any = None
    error: ErrorRecord | None = None

    @property
    def outcome(self) -> RowResult:
        """The row's result, as everybody else has it."""
        return RowResult(self.row, self.result, self.error)


class EndRecord(Struct, frozen=True, tag="end"):
    """All rows have results, and they are in the output. `output` is the digest of what was written there."""

    output: str


Record = OrderRecord | RowRecord | EndRecord
