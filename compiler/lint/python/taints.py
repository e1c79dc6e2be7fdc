"""What is volatile, and the parts of a text: literals, and holes that carry where they came from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..finding import Cause, Place

MARKS = ("cache_control", "cachePoint", "prompt_cache_breakpoint")
"""Keys of a block or message that make it a breakpoint."""


SAID = ("content", "text", "parts", "output")
"""Keys of a message under which stands what was said, or what a tool gave."""


MAX_PATH = 6

ENDED = -1
"""Stands for all loops that have ended: which ones they were makes no difference to anything."""


@dataclass(frozen=True, slots=True)
class Taint:
    """Something volatile: its cause, the rank of its lifetime, its origin, and the places it passed.

    Two that came by other ways are the same: else a value that may have taken n ways would hold n of them.
    `loops`: the loops that were running when it came about. `needs`: it only varies inside this loop.
    `settles`: loops whose rounds find it settled. `flag`: a word for whoever takes it away again.
    `unit`: the seconds that one of a clock's numbers stands for.
    """

    cause: Cause
    rank: int
    place: Place
    what: str
    path: tuple[Place, ...] = field(default=(), compare=False)
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

    def outside(self, running: tuple[int, ...]) -> Taint:
        """The same where only some loops still run: else each round of a loop would leave taints of its own."""
        if not (self.loops or self.settles or self.needs):
            return self
        loops = _running(self.loops, running)
        settles = tuple(loop for loop in self.settles if loop in running)
        needs = self.needs if not self.needs or self.needs in running else ENDED
        if (loops, settles, needs) == (self.loops, self.settles, self.needs):
            return self
        return replace(self, loops=loops, settles=settles, needs=needs)

    def __hash__(self) -> int:
        return hash((self.what, self.place.line, self.rank, self.loops, self.settles))


def _running(loops: tuple[int, ...], running: tuple[int, ...]) -> tuple[int, ...]:
    """The loops that still run, and one number for all that have ended."""
    kept = tuple(loop for loop in loops if loop in running)
    return kept if len(kept) == len(loops) else (*kept, ENDED)


Taints = frozenset[Taint]

FORM = frozenset({Cause.ARGUMENTS, Cause.KEY_ORDER, Cause.UNORDERED})
"""Causes that say in which bytes something is written, and not what it says."""


def saying(taints: Taints) -> Taints:
    """Those that matter to whoever looks something up, or decides, by what a text says."""
    return frozenset(t for t in taints if t.cause not in FORM)


NONE: Taints = frozenset()


@dataclass(frozen=True, slots=True)
class Lit:
    """Literal text. `place`: where it is written, or where something that isn't known was put behind it."""

    text: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Hole:
    """Text that isn't known. `label`: the expression; `is_element`: of a replayed list."""

    taints: Taints = NONE
    label: str = ""
    is_element: bool = False
    is_fixed: bool = False
    """Whether it stays the same for a release: a file that comes with the program, its environment."""
    place: Place | None = field(default=None, compare=False)
    """Where it was put into a text."""


Part = Lit | Hole
