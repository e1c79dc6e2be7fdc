"""Random functions ask in the compiled mode what they ask as plain Python, return it, and raise it."""

from __future__ import annotations

import signal
import warnings

import pytest
from differential import Tally, summary, try_seed
from tiers import first_range

import sglc as sgl

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


@pytest.mark.parametrize("seeds", first_range(100, 600))
def test_random_functions_are_the_same_in_both_modes(seeds: range):
    tally = Tally()
    with sgl.Mock() as mock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in seeds:
            try_seed(seed, mock, tally)
    print(summary(tally))
    assert tally.different == []
    assert set(tally.constructs) >= CONSTRUCTS
    assert tally.compiled > len(seeds) / 2
