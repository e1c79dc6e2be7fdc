"""A row's repetitions are judged by the rates beside them, and by no others."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


class Side:
    """Answers in the next of so many seconds."""

    def __init__(self, name: str, *seconds: float) -> None:
        self.name, self.asked = name, 0
        self._seconds = itertools.chain(seconds, itertools.repeat(seconds[-1]))

    def seconds(self, *_: object) -> float:
        self.asked += 1
        return next(self._seconds)


class Moments:
    """A machine whose memory gives the next of these rates, and the last of them from then on."""

    def __init__(self, *rates: float) -> None:
        self._rates: Iterator[float] = itertools.chain(rates, itertools.repeat(rates[-1]))

    def memory(self, _: float) -> float:
        return next(self._rates)


def bound_by_bytes(_: float, memory: float) -> float:
    """The least time of 60 bytes."""
    return 60 / memory


def turns(sides: list[Any], machine: Any, floor: Any = bound_by_bytes, **patience: float) -> Any:
    from benchmarks.turns import Patience, take
    from benchmarks.workloads import ROWS

    nothing: Any = None
    return take(ROWS[0], sides, nothing, machine, floor, Patience(**patience))


def test_a_repetition_has_the_floor_of_its_own_rates() -> None:
    """Memory of two speeds: by the best or the mean of all rates no repetition would be 1.25 times its floor."""
    ours = Side("sglc", 9.0, 2.5, 2.5, 1.25, 1.25, 2.5)
    found = turns([ours], Moments(9, 30, 30, 30, 60, 60, 60, 30, 30))
    judgement = found.judge(bound_by_bytes)
    assert [(t.before, t.after) for t in found.taken[:5]] == [
        (30, 30),
        (30, 30),
        (30, 60),
        (60, 60),
        (60, 60),
    ]
    assert judgement.taken > judgement.judged
    assert judgement.data()["x_floor"] == 1.25


def test_what_changed_meanwhile_is_not_judged_unless_its_floor_is_the_same() -> None:
    ours = Side("sglc", 1.0, 2.5)
    found = turns([ours], Moments(30, 30, 60, 60, 60, 60, 60))
    assert found.judge(bound_by_bytes).judged == len(found.taken) - 1 == 5
    assert found.judge(lambda _, memory: max(2.0, 60 / memory)).times == [1.25] * 6


def test_a_row_goes_on_until_enough_is_judged_or_it_took_too_long() -> None:
    never = itertools.islice(itertools.cycle((30, 60)), 100)
    ours = Side("sglc", 1.0)
    found = turns([ours], Moments(30, *never), all=8.0)
    judgement = found.judge(bound_by_bytes)
    assert (judgement.judged, judgement.taken) == (0, 9)
    assert judgement.data()["spread"] == [pytest.approx(1 / 1.5)] * 2


def test_who_takes_long_is_asked_once_and_that_counts() -> None:
    ours, other = Side("sglc", 1.0), Side("vllm", 40.0)
    found = turns([other, ours], Moments(60), first=10.0)
    assert (other.asked, ours.asked, found.cold) == (1, 6, {"vllm"})
    assert found.ratio == 40.0


def test_neighbours_are_compared_where_the_machine_stayed_as_it_was() -> None:
    ours, other = Side("sglc", 9, 2, 1, 1), Side("vllm", 9, 3, 3, 2)
    found = turns([other, ours], Moments(0, 0, 30, 30, 30, 60, 60, 60, 60))
    assert [(t.seconds, t.before, t.after) for t in found.taken[:4]] == [
        (3, 30, 30),
        (2, 30, 30),
        (3, 30, 60),
        (1, 60, 60),
    ]
    assert found.pairs(bound_by_bytes) == [1.5, 2.0, 2.0]
    assert found.ratio == 2.0


def test_a_peer_that_fails_is_left_out() -> None:
    import httpx

    class Broken(Side):
        def seconds(self, *_: object) -> float:
            raise httpx.ReadTimeout("too late")

    found = turns([Broken("vllm", 1.0), Side("sglc", 1.0)], Moments(60))
    assert found.failures == {"vllm": "ReadTimeout: too late"}
    assert (found.ratio, len(found.of("sglc"))) == (None, 5)
