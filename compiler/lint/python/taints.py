"""What is volatile, and the parts of a text: literals, and holes that carry where they came from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..finding import Cause, Place

MARKS = ("cache_control", "cachePoint", "prompt_cache_breakpoint")
"""Keys of a block or message that make it a breakpoint."""


MAX_PATH = 6


@dataclass(frozen=True, slots=True)
class Taint:
    """Something volatile: its cause, the rank of its lifetime, its origin, and the places it passed.

    `loops`: the loops that were running when it came about. `needs`: it only varies inside this loop.
    `settles`: loops whose rounds find it settled. `flag`: a word for whoever takes it away again.
    `unit`: the seconds that one of a clock's numbers stands for.
    """

    cause: Cause
    rank: int
    place: Place
    what: str
    path: tuple[Place, ...] = ()
    loops: tuple[int, ...] = ()
    needs: int = 0
    settles: tuple[int, ...] = ()
    flag: str = ""
    unit: float = 1.0

    def through(self, place: Place) -> Taint:
        """The same after passing another place."""
        if len(self.path) >= MAX_PATH or (self.path and self.path[-1].line == place.line):
            return self
        return replace(self, path=(*self.path, place))


Taints = frozenset[Taint]

FORM = frozenset({Cause.ARGUMENTS, Cause.KEY_ORDER, Cause.UNORDERED})
"""Causes that say in which bytes something is written, and not what it says."""


def saying(taints: Taints) -> Taints:
    """Those that matter to whoever looks something up, or decides, by what a text says."""
    return frozenset(t for t in taints if t.cause not in FORM)


NONE: Taints = frozenset()


@dataclass(frozen=True, slots=True)
class Lit:
    """Literal text."""

    text: str


@dataclass(frozen=True, slots=True)
class Hole:
    """Text that isn't known. `label`: the expression; `is_element`: of a replayed list."""

    taints: Taints = NONE
    label: str = ""
    is_element: bool = False
    is_fixed: bool = False
    """Whether it stays the same for a release: a file that comes with the program, its environment."""


Part = Lit | Hole
