"""Random cases that a test takes in each run of the suite, and those that are left to the slow tests."""

from collections.abc import Collection, Sequence
from typing import Any

import pytest


def first_of(each_run: int, count: int) -> list[Any]:
    """Numbers below `count`, as parameters: the first so many in each run, the others with the slow tests."""
    slow = [pytest.param(number, marks=pytest.mark.slow) for number in range(each_run, count)]
    return [*range(each_run), *slow]


def first_range(each_run: int, count: int) -> list[Any]:
    """The same for a test that takes a whole range of numbers at once."""
    return [range(each_run), pytest.param(range(each_run, count), marks=pytest.mark.slow)]


def spread(names: Collection[str], levels: Sequence[int]) -> list[Any]:
    """Names with levels, as parameters: each name with one of them in each run, in turn, and with all others slowly."""
    turns = {name: levels[n % len(levels)] for n, name in enumerate(names)}
    return [
        pytest.param(name, level, marks=() if turns[name] == level else pytest.mark.slow)
        for name in names
        for level in levels
    ]
