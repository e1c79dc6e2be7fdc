"""What is known of a chat template over the conversations of a program: markers, trimming, refusals, a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .contents import Odd, Trim
from .states import Futures, Pasts
from .words import Ask, Asked, Order, Role


@dataclass(frozen=True, slots=True)
class Refusal:
    """The template raises an error for this order of turns."""

    order: Order
    message: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why turns can't be written in pieces: the first character at which pieces and one rendering differ."""

    roles: tuple[Role, ...]
    at: int
    composed: str
    rendered: str
    why: str = "the pieces and one rendering of the whole differ"

    def __str__(self) -> str:
        if not self.roles:
            return self.why
        turns = ", ".join(self.roles)
        return f"{self.why} at character {self.at} of {turns}: {self.composed!r} against {self.rendered!r}"


@dataclass(frozen=True, slots=True)
class TurnModel:
    """How a template writes the turns of a program.

    `gaps[past, future]` stands between the contents of two turns, or before the first; `ends[past]` is the part
    of it that is written as soon as the turn before has ended, or the prompt is begun. `drops`: the futures in which
    the reasoning that comes next is not shown. `trims` and `odd` are about contents. It holds only if there is neither
    a mismatch nor a refusal.
    """

    pasts: Pasts = field(default_factory=Pasts)
    futures: Futures = field(default_factory=Futures)
    gaps: Mapping[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])
    ends: Mapping[int, str] = field(default_factory=dict[int, str])
    drops: frozenset[int] = frozenset()
    trims: Mapping[Role, Trim] = field(default_factory=dict[Role, Trim])
    odd: tuple[Odd, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    mismatch: Mismatch | None = None

    def step(self, past: Role | int | None, role: Role) -> int:
        """The state of the past behind a turn; that of the start for what was never tried."""
        return self.pasts.step.get((past, role), 0) if isinstance(past, int) else 0

    @property
    def is_known(self) -> bool:
        """Whether every conversation can be written in pieces."""
        return not self.refusals and self.mismatch is None

    @property
    def composes(self) -> bool:
        """Whether turns may be appended as text, whatever follows: one marker for each order of turns."""
        return self.is_known and self._is_plain

    @property
    def trims_contents(self) -> bool:
        """Whether some role's contents lose white space at their edges."""
        return any(trim.left or trim.right for trim in self.trims.values())

    @property
    def openers(self) -> dict[Order, str]:
        """What stands before a content, for each order of turns; of a template that composes."""
        pairs = self.gaps.items()
        return {self._order(p): gap.removeprefix(self.end(p)) if p[0] else gap for p, gap in pairs}

    @property
    def closers(self) -> dict[Role, str]:
        """What stands behind a content; of a template that composes."""
        words = enumerate(self.pasts.words)
        return {word[-1]: self.ends.get(past, "") for past, word in words if word}

    def end(self, pair: tuple[int, int]) -> str:
        """The part of a gap that closes the turn before it."""
        end = self.ends.get(pair[0], "")
        return end if self.gaps[pair].startswith(end) else ""

    def opener(self, pair: tuple[int, int]) -> str:
        """The part of a gap that opens the turn behind it."""
        return self.gaps[pair].removeprefix(self.end(pair))

    def asked(self, asked: Asked, contents: Sequence[str]) -> str:
        """What a call is asked with, made of pieces. Raises KeyError for a conversation that was never tried."""
        futures = self._futures(asked)
        pieces: list[str] = []
        past = 0
        for role, future, content in zip(asked.roles, futures, contents, strict=True):
            shown = "" if future in self.drops else self.trims.get(role, Trim()).apply(content)
            pieces += [self.gaps[past, future], shown]
            past = self.pasts.step.get((past, role), past)
        return "".join(pieces[:-1] if asked.fresh else pieces)

    def text(self, roles: Sequence[Role], contents: Sequence[str], *, open: bool = False) -> str:
        """A conversation of a template that composes; `open` leaves the last turn without its end marker."""
        openers, closers = self.openers, self.closers
        pieces: list[str] = []
        before: Role | None = None
        for role, content in zip(roles, contents, strict=True):
            shown = self.trims.get(role, Trim()).apply(content)
            pieces += [openers[before, role], shown, closers.get(role, "")]
            before = role
        return "".join(pieces[:-1] if open else pieces)

    def _futures(self, asked: Asked) -> list[int]:
        state = self.futures.asked[Ask(asked.roles[-1], asked.fresh, asked.thinking)]
        found = [state]
        for role in reversed(asked.roles[:-1]):
            state = self.futures.step[role, state]
            found.append(state)
        return found[::-1]

    def _order(self, pair: tuple[int, int]) -> Order:
        word = self.pasts.words[pair[0]]
        return (word[-1] if word else None, self.futures.first(pair[1]))

    @property
    def _is_plain(self) -> bool:
        known: dict[Order, str] = {}
        plain = all(known.setdefault(self._order(p), gap) == gap for p, gap in self.gaps.items())
        words = self.pasts.words
        ends: dict[Role, str] = {}
        same = all(ends.setdefault(words[p][-1], e) == e for p, e in self.ends.items() if words[p])
        closed = all(gap.startswith(self.ends.get(p, "")) for (p, _), gap in self.gaps.items())
        return plain and same and closed
