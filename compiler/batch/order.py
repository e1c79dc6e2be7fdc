"""The order of a batch: of its rows, and in each row of the sections whose order is the batch's to choose.

Fixed once, before the first of the rows runs, and written into the journal, so that a run which is resumed
goes on in the same order, with the same prompts. An input that is longer than can be in memory is ordered in
windows. Results are given in input order all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ...ir.target import Part, Tokenizer
from ...runtime.batch.rows import Row
from ...runtime.executor.instance import Orders
from ...runtime.plan.schema import Plan
from .foreseen import Foreseen, Foresight, Sections
from .gain import (
    MAX_CHARACTERS,
    Encoder,
    Gain,
    Laid,
    characters,
    one_prompt_cache,
    tree_size,
)
from .row_order import best_order, sort_sequences

MAX_CELLS = 1_000_000
"""Rows times sections; of larger batches the rows alone are ordered."""


@dataclass(frozen=True)
class BatchOrder:
    """Row numbers in the order of starting; orders of sections by row, where they differ from the plan's.

    `predict` says what is to be saved; `skipped` what was not done, and why.
    """

    rows: tuple[int, ...]
    orders: Mapping[int, Orders] = field(default_factory=dict)
    predict: Callable[[], Gain] | None = field(default=None, compare=False, repr=False)
    skipped: str = ""

    @cached_property
    def gain(self) -> Gain | None:
        """What is predicted to be saved, found when it is first read: every prompt is encoded for it."""
        return self.predict() if self.predict is not None else None


def batch_order(
    plan: Plan, program: str, rows: Sequence[Row], tokenizer: Tokenizer, *, unpredicted: str = ""
) -> BatchOrder:
    """Order a batch for the most reuse. `unpredicted`: why no gain is predicted, where that is known."""
    entry = next(found for found in plan.programs if found.name == program)
    foresight = Foresight(entry)
    prompts = [[] if row.error else foresight.prompts(row.args) for row in rows]
    cells = sum(_cells(asked) for asked in prompts)
    orders: Sequence[Orders] = [{} for _ in rows]
    if cells > MAX_CELLS:
        skipped = f"the order of sections: {cells:,} of them are more than {MAX_CELLS:,}"
    else:
        orders, skipped = _section_orders(prompts, tokenizer), ""
    unpredicted = unpredicted or _unpredicted(plan, prompts)
    if unpredicted:
        laid = [_row(asked, own) for asked, own in zip(prompts, orders, strict=True)]
        skipped = "; ".join(filter(None, (skipped, f"the prediction: {unpredicted}")))
        return replace(_placed(rows, laid, orders), skipped=skipped)
    return replace(_judged(rows, prompts, orders, tokenizer), skipped=skipped)


def _unpredicted(plan: Plan, prompts: Sequence[Sequence[Foreseen]]) -> str:
    """Why no gain is predicted; empty when one is."""
    if plan.target.whole_render:
        return "the chat template does not compose"
    count = characters(prompts)
    too_many = f"{count:,} characters of prompts are more than {MAX_CHARACTERS:,}"
    return too_many if count > MAX_CHARACTERS else ""


def _cells(asked: Sequence[Foreseen]) -> int:
    """The sections of a row, each group once."""
    groups = {item.batch: len(item.texts) for item in _sections(asked)}
    return sum(groups.values())


def _sections(asked: Sequence[Foreseen]) -> list[Sections]:
    return [item for prompt in asked for item in prompt.items if isinstance(item, Sections)]


# --- sections ---------------------------------------------------------------------------------------


def _section_orders(
    prompts: Sequence[Sequence[Foreseen]], tokenizer: Tokenizer
) -> list[dict[int, Sequence[int]]]:
    """For each row the orders of its groups. Groups count where all before them is equal."""
    orders: list[dict[int, Sequence[int]]] = [{} for _ in prompts]
    lengths = _Lengths(tokenizer)
    while waiting := _alike(prompts, orders):
        for (batch, _), members in waiting.items():
            texts = [group.texts for _, group in members]
            for (row, _), order in zip(members, _best(texts, lengths), strict=True):
                orders[row][batch] = order
    return orders


_Alike = dict[tuple[int, Hashable], list[tuple[int, Sections]]]


def _alike(
    prompts: Sequence[Sequence[Foreseen]], orders: Sequence[Mapping[int, Sequence[int]]]
) -> _Alike:
    """The next group of each row that has no order yet, rows together in which what precedes it is equal."""
    found: _Alike = {}
    for row, asked in enumerate(prompts):
        waiting = _first_waiting(asked, orders[row])
        if waiting is not None:
            before, group = waiting
            found.setdefault((group.batch, before), []).append((row, group))
    return found


def _first_waiting(
    asked: Sequence[Foreseen], orders: Mapping[int, Sequence[int]]
) -> tuple[Hashable, Sections] | None:
    for prompt in asked:
        for at, item in enumerate(prompt.items):
            if isinstance(item, Sections) and item.batch not in orders:
                before = Foreseen(prompt.bos, prompt.items[:at], is_cut=True)
                return laid_out(before, orders), item
    return None


def _best(
    texts: Sequence[tuple[tuple[Part, ...], ...]], lengths: _Lengths
) -> list[tuple[int, ...]]:
    """The order of sections for each of several rows."""
    names = [str(number) for number in range(len(texts[0]))]
    table = [dict(zip(names, row, strict=True)) for row in texts]
    found = best_order(table, names, lengths)
    orders = [tuple(map(int, fields)) for fields in found.fields]
    return [order for _, order in sorted(zip(found.rows, orders, strict=True))]


class _Lengths:
    """Token counts of sections, each text counted once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[Hashable, int] = {}

    def __call__(self, section: Hashable) -> int:
        found = self._known.get(section)
        if found is None:
            assert isinstance(section, tuple)
            found = self._known[section] = len(self._tokenizer.encode(section, continuation=True))
        return found


def laid_out(prompt: Foreseen, orders: Orders) -> Laid:
    """A prompt with its sections in order; those without one as they stand."""
    parts: list[Part] = []
    for item in prompt.items:
        if isinstance(item, Sections):
            order = orders.get(item.batch, range(len(item.texts)))
            parts += (part for at in order for part in item.texts[at])
        else:
            parts.append(item)
    return prompt.bos, tuple(parts), prompt.is_cut


# --- rows, and what it comes to ---------------------------------------------------------------------

_Prompts = Sequence[Laid]


def _judged(
    rows: Sequence[Row],
    prompts: Sequence[Sequence[Foreseen]],
    orders: Sequence[Orders],
    tokenizer: Tokenizer,
) -> BatchOrder:
    """The order with its gain. Orders of sections that are predicted to save nothing are not used."""
    encoder = Encoder(tokenizer)
    as_they_stand = [_row(asked, {}) for asked in prompts]
    ordered = [_row(asked, own) for asked, own in zip(prompts, orders, strict=True)]
    if any(orders) and not _is_smaller(ordered, as_they_stand, encoder):
        ordered, orders = as_they_stand, [{} for _ in rows]
    made = _placed(rows, ordered, orders)
    at = {row.row: place for place, row in enumerate(rows)}
    placed = [ordered[at[number]] for number in made.rows]
    return replace(made, predict=lambda: _gain(as_they_stand, placed, encoder))


def _is_smaller(one: Sequence[_Prompts], other: Sequence[_Prompts], encoder: Encoder) -> bool:
    return tree_size(_encoded(one, encoder)) < tree_size(_encoded(other, encoder))


def _gain(given: Sequence[_Prompts], ordered: Sequence[_Prompts], encoder: Encoder) -> Gain:
    """Of rows as they are given and as they stand in the order."""
    old, new = _encoded(given, encoder), _encoded(ordered, encoder)
    return Gain(tree_size(old), tree_size(new), one_prompt_cache(old), one_prompt_cache(new))


def _row(asked: Sequence[Foreseen], orders: Orders) -> tuple[Laid, ...]:
    """What a row asks about, each prompt once."""
    return tuple(dict.fromkeys(laid_out(prompt, orders) for prompt in asked))


def _encoded(rows: Sequence[_Prompts], encoder: Encoder) -> list[tuple[int, ...]]:
    return [encoder.ids(prompt) for row in rows for prompt in row]


def _placed(
    rows: Sequence[Row],
    laid: Sequence[_Prompts],
    orders: Sequence[Orders],
) -> BatchOrder:
    """Rows that share the beginning of their prompts together."""
    sequences = [[part for _, parts, _ in row for part in parts] for row in laid]
    places = sort_sequences(sequences)
    moved = {rows[at].row: _moved(orders[at]) for at in places}
    return BatchOrder(
        tuple(rows[at].row for at in places),
        {row: own for row, own in moved.items() if own},
    )


def _moved(orders: Orders) -> Orders:
    """The orders that are not those of the plan."""
    return {n: order for n, order in orders.items() if list(order) != list(range(len(order)))}
