"""Checkpoints of recurrent states: none is taken for another text's, and none outgrows the budget."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sglc.runtime.engine.checkpoints import Checkpoints, pieces


def slots(*numbers: int) -> Any:
    return np.array(numbers, dtype=np.int32)


def test_the_longest_state_at_hand_is_found() -> None:
    states = Checkpoints(20)
    states.keep(4, "to 4", 10, False)
    states.keep(7, "to 7", 10, False)
    assert states.last(slots(3, 4, 9, 7, 2)) == 4
    assert states.last(slots(3, 4, 9)) == 2
    assert states.last(slots(9, 2)) == 0


def test_a_slot_that_is_written_again_forgets_its_state() -> None:
    states = Checkpoints(20)
    states.write(slots(1, 2), slots(50, 51))
    states.keep(2, "old", 10, False)
    states.write(slots(2), slots(60))
    assert states.last(slots(1, 2)) == 0
    assert states.ids[[1, 2]].tolist() == [50, 60]


def test_a_step_takes_what_a_step_left_and_leaves_what_a_prompt_left() -> None:
    states = Checkpoints(20)
    states.keep(1, "prompt", 10, False)
    states.keep(2, "step", 10, True)
    assert states.take(1, is_step=True) == "prompt"
    assert states.take(2, is_step=True) == "step"
    assert states.last(slots(1, 2)) == 1


def test_the_least_recently_used_go_first() -> None:
    states = Checkpoints(20, budget=30)
    for slot in range(1, 4):
        states.keep(slot, slot, 10, False)
    states.take(1, is_step=False)
    states.keep(4, 4, 10, False)
    assert [states.last(slots(slot)) for slot in (1, 2, 3, 4)] == [1, 0, 1, 1]


@pytest.mark.parametrize(
    ("start", "at_hand", "found"),
    [(0, 0, [(0, 9)]), (5, 5, [(5, 9)]), (5, 2, [(2, 5), (5, 9)]), (5, 0, [(0, 5), (5, 9)])],
)
def test_what_lies_behind_the_state_is_read_first(
    start: int, at_hand: int, found: list[tuple[int, int]]
) -> None:
    assert pieces(start, at_hand, 9) == found
