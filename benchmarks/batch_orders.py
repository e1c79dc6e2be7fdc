"""What the order of a batch is worth: the prefix tree of one product table, its fields in four kinds of order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sglc.compiler.batch.foreseen import Foreseen, Foresight, Sections
from sglc.compiler.batch.gain import Encoder, one_prompt_cache, tree_size
from sglc.compiler.batch.order import batch_order, laid_out
from sglc.compiler.batch.row_order import common_field_order
from sglc.compiler.driver.compilation import Build
from sglc.runtime.batch.rows import rows_of
from sglc.runtime.executor.instance import Orders

from .scenarios import Scenario

HEAD = ("the order of fields", "rows as given", "rows ordered", "endless cache")


def order_rows(scenario: Scenario, written: Build, made: Build) -> Iterator[list[str]]:
    """A row of the table for each kind of order, in tokens that are prefilled.

    `written` and `made` are the scenario's program at `-O0` and compiled.
    """
    rows = rows_of([dict(row) for row in scenario.rows], made.plan.programs[0])
    tokenizer = made.choice.target.tokenizer
    asked = [_foreseen(made, row.args) for row in rows]
    none: list[Orders] = [{} for _ in rows]
    found = batch_order(made.plan, made.plan.entry, rows, tokenizer)
    own: list[Orders] = [found.orders.get(row.row, {}) for row in rows]
    encoder = Encoder(tokenizer)
    as_written = [_foreseen(written, row.args) for row in rows]
    for name, prompts, orders in (
        ("as written (`-O0`)", as_written, none),
        ("as the plan lays them out", asked, none),
        ("one for all rows, what repeats most first", asked, [_common(asked, encoder)] * len(rows)),
        ("of each row, as a batch fixes them", asked, own),
    ):
        ids = [encoder.ids(laid_out(p, o)) for p, o in zip(prompts, orders, strict=True)]
        counts = one_prompt_cache(ids), one_prompt_cache(sorted(ids)), tree_size(ids)
        yield [name, *(f"{count:,}" for count in counts)]


def _foreseen(build: Build, args: dict[str, str]) -> Foreseen:
    (prompt,) = Foresight(build.plan.programs[0]).prompts(args)
    return prompt


def _common(asked: Sequence[Foreseen], encoder: Encoder) -> Orders:
    """One order of the sections for all rows."""
    groups = [next(i for i in prompt.items if isinstance(i, Sections)) for prompt in asked]
    names = [str(number) for number in range(len(groups[0].texts))]
    table = [dict(zip(names, group.texts, strict=True)) for group in groups]

    def length(section: object) -> int:
        return len(encoder.ids((False, section, False)))  # type: ignore[arg-type]

    return {groups[0].batch: [int(name) for name in common_field_order(table, names, length)]}
