"""The order of batches: how far the greedy order is from the best one, found by trying all."""

from __future__ import annotations

import itertools
import random

import pytest

from sglc.compiler.batch.row_order import (
    RowOrder,
    best_order,
    common_field_order,
    order_rows,
    shared_length,
    sort_rows,
)

FIELDS = ("city", "kind", "note")


def random_table(source: random.Random, rows: int) -> list[dict[str, str]]:
    return [
        {
            "city": source.choice(["Rome", "Reykjavik"]),
            "kind": source.choice(["a", "bb", "ccc"]),
            "note": source.choice(["long note about the weather", "short", "other"]),
        }
        for _ in range(rows)
    ]


def best_order_of_all(table: list[dict[str, str]]) -> int:
    """The most that any order of rows, and of fields in each row, can save."""
    orders = list(itertools.permutations(FIELDS))
    best = 0
    for rows in itertools.permutations(range(len(table))):
        # the field orders of two neighbours are all that counts: a path through layers of orders
        saved = dict.fromkeys(orders, 0)
        for before, after in itertools.pairwise(rows):
            saved = {
                mine: max(
                    saved[theirs] + shared_length(table, RowOrder((before, after), (theirs, mine)))
                    for theirs in orders
                )
                for mine in orders
            }
        best = max(best, *saved.values())
    return best


def test_the_greedy_order_is_close_to_the_best_one():
    source = random.Random(7)
    ratios = []
    for _ in range(25):
        table = random_table(source, 5)
        greedy, best = shared_length(table, order_rows(table, FIELDS)), best_order_of_all(table)
        assert greedy <= best
        ratios.append(greedy / best if best else 1.0)

    print(f"greedy saves {sum(ratios) / len(ratios):.1%} of the best, at worst {min(ratios):.1%}")
    assert sum(ratios) / len(ratios) >= 0.95
    assert min(ratios) >= 0.6


def test_the_best_of_several_is_closer_still():
    source = random.Random(7)
    ratios = []
    for _ in range(25):
        table = random_table(source, 5)
        greedy = shared_length(table, order_rows(table, FIELDS))
        found, best = shared_length(table, best_order(table, FIELDS)), best_order_of_all(table)
        assert greedy <= found <= best
        ratios.append(found / best if best else 1.0)

    print(f"it saves {sum(ratios) / len(ratios):.1%} of the best, at worst {min(ratios):.1%}")
    assert sum(ratios) / len(ratios) >= 0.97
    assert min(ratios) >= 0.75


def test_every_row_and_every_field_occurs_once():
    table = random_table(random.Random(1), 200)
    order = order_rows(table, FIELDS)

    assert sorted(order.rows) == list(range(200))
    assert all(sorted(names) == sorted(FIELDS) for names in order.fields)


def test_it_saves_much_more_than_the_input_order():
    table = random_table(random.Random(2), 300)
    as_given = RowOrder(tuple(range(300)), (FIELDS,) * 300)

    assert shared_length(table, order_rows(table, FIELDS)) > 2 * shared_length(table, as_given)


def test_with_a_given_field_order_sorting_is_optimal():
    source = random.Random(3)
    for _ in range(20):
        table = random_table(source, 6)
        rows = sort_rows(table, FIELDS)
        mine = shared_length(table, RowOrder(rows, (FIELDS,) * 6))
        best = max(
            shared_length(table, RowOrder(other, (FIELDS,) * 6))
            for other in itertools.permutations(range(6))
        )
        assert mine == best


def test_an_input_in_a_good_order_stays_as_it_is():
    table = [{"a": value, "b": str(i)} for i, value in enumerate("zzyyx")]

    assert sort_rows(table, ("a", "b")) == (0, 1, 2, 3, 4)
    assert order_rows(table[4:], ("a", "b")).rows == (0,)
    assert order_rows([], ("a", "b")).rows == ()


def test_one_field_order_for_all_rows_begins_with_what_repeats():
    table = [{"id": str(i), "rules": "always the same long rules"} for i in range(10)]

    assert common_field_order(table, ("id", "rules")) == ("rules", "id")


@pytest.mark.parametrize("rows", [2_000])
def test_a_large_batch_is_ordered_quickly(rows: int):
    table = [{"a": str(i % 50), "b": str(i % 7), "c": str(i)} for i in range(rows)]

    order = order_rows(table, ("a", "b", "c"))

    assert len(order.rows) == rows
