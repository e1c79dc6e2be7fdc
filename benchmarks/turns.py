"""A row's sides in turns, with a look at the machine's rates between any two repetitions.

    rates | ours | rates | vLLM's | rates | ours | rates ...

Memory's rate changes from second to second (`rates`), so a repetition has a floor of its own, by the rates right before
and after it. Where these two give floors that are far apart, the machine has changed meanwhile, and how many times its
floor it took can't be told: it isn't judged. What is bound by arithmetic has one floor whatever memory gives.
"""

import itertools
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from .contenders import Contender, Ours
from .rates import Probe
from .workloads import Material, Row

ALIKE = 1.2  # floors that are no more than so many times each other are one
ENOUGH = 5  # judged repetitions of ours that are wanted
OF_OTHERS = 3  # repetitions of each other side
LOOK_PRODUCTS, LOOK_MEMORY = 0.4, 0.12  # seconds

Floor = Callable[[float, float], float]
"""The least seconds for what a repetition of ours wrote that took so long, at a rate of memory."""


@dataclass(frozen=True, slots=True)
class Patience:
    """What a row may take, in seconds.

    `first`: who takes longer when first asked is not asked again, and that counts. `all`: of a side, then no more.
    """

    first: float = 10.0
    all: float = 30.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One repetition of a side, and memory's rates right before and after it, in bytes per second."""

    side: str
    seconds: float
    before: float
    after: float


@dataclass(slots=True)
class Turns:
    """All repetitions of a row, and what they say."""

    taken: list[Turn] = field(default_factory=list)
    cold: set[str] = field(default_factory=set)  # sides that were not asked before what counts
    failures: dict[str, str] = field(default_factory=dict)

    def of(self, side: str) -> list[Turn]:
        """A side's repetitions."""
        return [turn for turn in self.taken if turn.side == side]

    def best(self, side: str) -> float:
        """A side's best time."""
        return min(turn.seconds for turn in self.of(side))

    @property
    def others(self) -> list[str]:
        """The other sides that were taken."""
        return list(dict.fromkeys(t.side for t in self.taken if t.side != Ours.name))

    @property
    def ratio(self) -> float | None:
        """How many times as long the fastest of the others takes, each side at its best."""
        return min((self.best(x) for x in self.others), default=0.0) / self.best(Ours.name) or None

    def pairs(self, floor: Floor) -> list[float]:
        """The same for neighbours in one state of the machine."""
        return sorted(_pairs(self.taken, floor))

    def judge(self, floor: Floor) -> "Judgement":
        """How many times its floor each repetition of ours took."""
        ours = self.of(Ours.name)
        judged = [turn for turn in ours if _is_steady(floor, turn.seconds, turn.before, turn.after)]
        found = sorted(turn.seconds / _floor(floor, turn) for turn in judged or ours)
        return Judgement(found, len(judged), len(ours))


@dataclass(frozen=True, slots=True)
class Judgement:
    """How many times its floor a row took: sorted. Of all repetitions where none could be judged."""

    times: list[float]
    judged: int
    taken: int

    def data(self) -> dict[str, Any]:
        """For the JSON file."""
        spread = [self.times[0], self.times[-1]]
        counts = {"judged": self.judged, "taken": self.taken}
        return {"x_floor": statistics.median(self.times), "spread": spread, **counts}


def take(
    row: Row,
    sides: list[Contender],
    material: Material,
    probe: Probe,
    floor: Floor,
    patience: Patience,
) -> Turns:
    """Take a row until there is enough of every side. A peer that fails is left out; our failures are raised."""
    turns = Turns()
    for side in sides:
        _first(turns, side, row, material, probe, patience)
    rate, number = probe.memory(LOOK_MEMORY), 0
    while asked := [side for side in sides if _is_wanted(turns, side.name, floor, patience)]:
        for side in asked:
            seconds = _ask(turns, side, row, material, str(number))
            before, rate = rate, probe.memory(LOOK_MEMORY)
            if seconds is not None:
                turns.taken.append(Turn(side.name, seconds, before, rate))
        number += 1
    return turns


def _first(
    turns: Turns, side: Contender, row: Row, material: Material, probe: Probe, patience: Patience
) -> None:
    """Ask a side for the first time: that warms it up, and counts only where it takes long."""
    before = probe.memory(LOOK_MEMORY)
    seconds = _ask(turns, side, row, material, "warm")
    if seconds is not None and seconds > patience.first:
        turns.cold.add(side.name)
        turns.taken.append(Turn(side.name, seconds, before, probe.memory(LOOK_MEMORY)))


def _is_wanted(turns: Turns, side: str, floor: Floor, patience: Patience) -> bool:
    found = turns.of(side)
    is_over = side in turns.cold or side in turns.failures
    if is_over or sum(turn.seconds for turn in found) > patience.all:
        return False
    if side != Ours.name:
        return len(found) < OF_OTHERS
    return not found or turns.judge(floor).judged < ENOUGH


def _ask(turns: Turns, side: Contender, row: Row, material: Material, turn: str) -> float | None:
    try:
        return side.seconds(row, material, f"{row.name} {turn}")
    except httpx.HTTPError as error:
        turns.failures[side.name] = f"{type(error).__name__}: {error}".splitlines()[0]
        return None


def _pairs(taken: list[Turn], floor: Floor) -> Iterator[float]:
    for a, b in itertools.pairwise(taken):
        ours, other = (a, b) if a.side == Ours.name else (b, a)
        if a.side != b.side and _is_steady(floor, ours.seconds, a.before, a.after, b.after):
            yield other.seconds / ours.seconds


def _is_steady(floor: Floor, seconds: float, *rates: float) -> bool:
    found = [floor(seconds, rate) for rate in rates]
    return max(found) <= ALIKE * min(found)


def _floor(floor: Floor, turn: Turn) -> float:
    return (floor(turn.seconds, turn.before) + floor(turn.seconds, turn.after)) / 2
