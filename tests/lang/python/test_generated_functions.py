"""Random functions ask in the compiled mode what they ask as plain Python, return it, and raise it."""

from __future__ import annotations

import signal
import warnings

import pytest
from differential import Tally, summary, try_seed

import sglc as sgl

SEEDS = 300
CONSTRUCTS = {
    "append", "assign", "branch", "cases", "copied", "counted", "joined_texts", "made", "numbered", "samples",
    "scope", "break", "change_outside", "closure", "comprehension", "continue", "delete", "doubtful", "early",
    "else of a loop", "finally", "fork", "gen", "generator", "grow", "helper", "inner", "loop", "match",
    "object_in_box", "outside", "quiet_branch", "quiet_loop", "return in a loop", "select", "swap", "try", "unpack",
    "variable", "walrus", "while", "with",
}  # fmt: skip


@pytest.fixture(autouse=True)
def time_limit():
    """A run without end fails with its own name."""

    def stop(*_: object) -> None:
        raise TimeoutError("a run without end")

    before = signal.signal(signal.SIGALRM, stop)
    yield
    signal.signal(signal.SIGALRM, before)


def test_random_functions_are_the_same_in_both_modes():
    tally = Tally()
    with sgl.Mock() as mock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(SEEDS):
            try_seed(seed, mock, tally)
    print(summary(tally))
    assert tally.different == []
    assert set(tally.constructs) >= CONSTRUCTS
    assert tally.compiled > SEEDS / 2
