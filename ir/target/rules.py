"""What a serving system's prefix cache does with a prompt: dated data, and the arithmetic on it.

`sglc targets` prints the table; the planner and lint ask it what a shared prefix is worth. Prices are in units
of one uncached input token, so that they need no currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from ..values.numerals import whole

TABLE = Path(__file__).parent / "data" / "rules.json"

Certainty = Literal["documented", "observed", "recalled", "disputed"]


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the table's rows: immutable, and unknown fields are an error."""


class Fact(Struct, frozen=True):
    """One statement about a target: how well it is known, and where it comes from."""

    text: str
    source: str
    certainty: Certainty = "documented"


class Price(Struct, frozen=True):
    """What tokens cost against uncached input: reading them from the cache, and writing them to it."""

    read: float = 1.0
    write: float = 1.0


class Breakpoints(Struct, frozen=True):
    """Where a prefix is cached only up to marks in the request.

    `limit`: most marks that one request may write. `lookback`: a mark is looked for in this many blocks before
    the request's own (0: no fallback). `implicit`: where the system marks by itself.
    """

    limit: int
    lookback: int = 0
    implicit: str = ""


class Rules(Struct, frozen=True):
    """One target's cache.

    `granularity`: a match ends at a multiple of so many tokens (0: at marks or units of the server's choice).
    `minimum`: a shorter prefix is never cached; `minimums` by the beginning of a model's name come first.
    """

    name: str
    title: str
    date: str
    granularity: int
    minimum: int = 0
    minimums: dict[str, int] = {}
    automatic: bool = True
    breakpoints: Breakpoints | None = None
    order: list[str] = []
    lifetime: str = ""
    price: Price | None = None
    needs_warm_up: bool = False
    facts: list[Fact] = []

    def minimum_for(self, model: str = "") -> int:
        """The shortest prefix that is cached, for a model where that matters."""
        matching = [name for name in self.minimums if model.startswith(name)]
        return self.minimums[max(matching, key=len)] if matching else self.minimum

    def cached_length(self, shared: int, *, model: str = "", marks: Iterable[int] = ()) -> int:
        """How many of the `shared` leading tokens are found in the cache; `marks` are positions of breakpoints."""
        if self.granularity:
            found = shared - shared % self.granularity
        else:
            found = max((mark for mark in marks if mark <= shared), default=0)
        return found if found >= max(1, self.minimum_for(model)) else 0

    def cost(self, prompt: int, cached: int, written: int = 0) -> float:
        """The price of a prompt's input, in uncached input tokens."""
        price = self.price or Price()
        plain = prompt - cached - written
        return plain + cached * price.read + written * price.write

    def with_block(self, size: int) -> Rules:
        """The same target with another block size."""
        return msgspec.structs.replace(self, granularity=size, minimum=size)


class Shared(Struct, frozen=True):
    """A prefix that ends at `position` and is asked with again `reads` times after the first."""

    position: int
    reads: int


def place_breakpoints(
    rules: Rules, prefixes: Sequence[Shared], *, model: str = ""
) -> tuple[int, ...]:
    """The marks on one path that save most, within the target's limit; none where they don't pay.

    `prefixes` lie on one path; each one's readers share at least its position. Exact: the best choice over
    all subsets, by dynamic programming from the deepest mark up.
    """
    if rules.breakpoints is None:
        return ()
    least = max(1, rules.minimum_for(model))
    usable = sorted((p for p in prefixes if p.position >= least), key=lambda p: p.position)
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())] * (rules.breakpoints.limit + 1)
    ending: list[list[tuple[float, tuple[int, ...]]]] = []
    for at in range(len(usable)):
        row = [
            _saved_with(rules, usable, ending, at, count)
            for count in range(rules.breakpoints.limit + 1)
        ]
        ending.append(row)
        best = [
            max(old, new, key=lambda found: found[0]) for old, new in zip(best, row, strict=True)
        ]
    return max(best, key=lambda found: (found[0], -len(found[1])))[1]


def _saved_with(
    rules: Rules,
    usable: Sequence[Shared],
    ending: Sequence[Sequence[tuple[float, tuple[int, ...]]]],
    at: int,
    count: int,
) -> tuple[float, tuple[int, ...]]:
    """The most that is saved by `count` marks of which the deepest is at `usable[at]`."""
    if count == 0:
        return (0.0, ())
    price = rules.price or Price()
    found: list[tuple[float, tuple[int, ...]]] = []
    for before in range(-1, at):
        inner = ending[before][count - 1] if before >= 0 else (0.0, ())
        if before >= 0 and not inner[1]:
            continue
        start = usable[before].position if before >= 0 else 0
        fresh = usable[at].position - start
        readers = sum(prefix.reads for prefix in usable[at:])
        saved = inner[0] + fresh * (readers * (1 - price.read) - (price.write - 1))
        found.append((saved, (*inner[1], usable[at].position)))
    return max(found, key=lambda entry: entry[0])


@cache
def all_rules() -> dict[str, Rules]:
    """Every target of the table, by name."""
    rows = msgspec.json.decode(TABLE.read_bytes(), type=list[Rules])
    return {row.name: row for row in rows}


def rules_for(name: str) -> Rules:
    """The rules of `sglang`, or of `vllm:32` with a block size. Raises KeyError or ValueError."""
    target, _, block = name.partition(":")
    rules = all_rules()[target]
    if not block:
        return rules
    size = whole(block)
    if rules.granularity <= 1 or not size:
        raise ValueError(f"`{target}` takes no block size `{block}`")
    return rules.with_block(size)
