"""A pattern as a graph: which characters may follow each other in a match, and what looks past a match.

These are the positions of Glushkov's automaton. Assertions are positions of their own that consume nothing.
What is asked of the graph is sound for every engine that backtracks: where no way through the graph crosses a
border between two characters, no attempt does, so that all matches are the same as in the two halves alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TypeAlias

from .chars import NEWLINE, WORD, CharClass


class Assertion(Enum):
    """What holds at a place: the end of the text or of a line, or an edge of a word."""

    END = "$"
    WORD_EDGE = r"\b"


@dataclass(frozen=True, slots=True)
class Look:
    """A look-ahead for `ahead`."""

    ahead: Pattern


Item: TypeAlias = "CharClass | Assertion | Look"


@dataclass(frozen=True)
class Single:
    """A way to match one character alone. `blockers` stand before it and don't give back what they took."""

    position: int
    blockers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Pattern:
    """A pattern. `first` and `last` are positions that begin and end a match, `follow` those after each one."""

    items: tuple[Item, ...]
    first: frozenset[int]
    last: frozenset[int]
    follow: tuple[frozenset[int], ...]
    singles: tuple[Single, ...]
    nullable: bool

    def touches(self, char: str) -> bool:
        """Whether a match can hold the character."""
        return bool(self._holding(char))

    def begins(self, char: str) -> bool:
        """Whether a match can begin with the character."""
        return bool(self._holding(char) & self._chars(self.first))

    def ends(self, char: str) -> bool:
        """Whether a match can end with the character."""
        return any(at in self.last or self._markers(self.follow[at]) for at in self._holding(char))

    def covers(self, char: str) -> bool:
        """Whether the character is always in a match: where none before it takes it along, it is one alone."""
        return any(self._takes(single, char) for single in self.singles)

    def spans(self, left: str, right: str) -> bool:
        """Whether a match, or what a match depends on, may go over the border between two characters."""
        onward = self._holding(right)
        for at in self._holding(left):
            if self._chars(self.follow[at]) & onward:
                return True
            if any(self._differs(m, left, right) for m in self._markers(self.follow[at])):
                return True
        return any(look.ahead.crosses(left, right) for look in self._looks)

    def crosses(self, left: str, right: str) -> bool:
        """Whether looking ahead for this from before a border can tell what follows it from the end of the text."""
        return any(
            at not in self.last and self._tells_apart(self.follow[at], left, right)
            for at in self._holding(left)
        )

    def tells_apart(self, left: str, right: str) -> bool:
        """Whether looking ahead for this at a border can tell what follows it from the end of the text."""
        return not self.nullable and self._tells_apart(self.first, left, right)

    @cached_property
    def matches_nothing(self) -> bool:
        """Whether a match can be empty."""
        return self.nullable or bool(self._markers(self.first) & self.last)

    @cached_property
    def looks_back(self) -> bool:
        """Whether a match can begin with an assertion on what stands before it."""
        return any(self._asks_back(self.items[at]) for at in self._markers(self.first))

    @staticmethod
    def _asks_back(item: Item) -> bool:
        return not isinstance(item, Look) or item.ahead.looks_back

    @cached_property
    def _looks(self) -> tuple[Look, ...]:
        return tuple(item for item in self.items if isinstance(item, Look))

    def _holding(self, char: str) -> frozenset[int]:
        found = (
            at
            for at, item in enumerate(self.items)
            if isinstance(item, CharClass) and item.may_have(char)
        )
        return frozenset(found)

    def _takes(self, single: Single, char: str) -> bool:
        item = self.items[single.position]
        blocked = (self.items[at] for at in single.blockers)
        return (
            isinstance(item, CharClass)
            and item.has(char)
            and not any(isinstance(b, CharClass) and b.may_have(char) for b in blocked)
        )

    def _chars(self, starts: Iterable[int]) -> frozenset[int]:
        """The consuming positions at `starts` and behind assertions there."""
        return frozenset(
            at for at in self._reached(starts) if isinstance(self.items[at], CharClass)
        )

    def _markers(self, starts: Iterable[int]) -> frozenset[int]:
        """The assertions at `starts` and behind other assertions there."""
        return frozenset(
            at for at in self._reached(starts) if not isinstance(self.items[at], CharClass)
        )

    def _reached(self, starts: Iterable[int]) -> set[int]:
        stack, seen = list(starts), set[int]()
        while stack:
            at = stack.pop()
            if at not in seen:
                seen.add(at)
                stack += () if isinstance(self.items[at], CharClass) else self.follow[at]
        return seen

    def _differs(self, at: int, left: str, right: str) -> bool:
        """Whether an assertion at the border may say something else than at the end of the text."""
        match self.items[at]:
            case Look(ahead=ahead):
                return ahead.tells_apart(left, right)
            case Assertion.WORD_EDGE:
                return _is_word_edge(left, right) != WORD.has(left)
            case _:
                return True

    def _tells_apart(self, starts: frozenset[int], left: str, right: str) -> bool:
        at_end = self._outcome(starts, left, None)
        return at_end is None or at_end != self._outcome(starts, left, right)

    def _outcome(self, starts: frozenset[int], left: str, right: str | None) -> bool | None:
        """What becomes of an attempt at `starts`; None where it is not known yet. `right`: None at the end."""
        outcomes = [self._passes(at, left, right) for at in starts]
        if any(outcome and at in self.last for at, outcome in zip(starts, outcomes, strict=True)):
            return True
        return False if all(outcome is False for outcome in outcomes) else None

    def _passes(self, at: int, left: str, right: str | None) -> bool | None:
        """Whether one position is passed at the border."""
        match self.items[at]:
            case CharClass() as chars:
                if right is None or not chars.may_have(right):
                    return False
                return True if chars.has(right) else None
            case Assertion.WORD_EDGE:
                return WORD.has(left) if right is None else _is_word_edge(left, right)
            case Assertion.END:
                return None if right is not None and NEWLINE.has(right) else right is None
            case _:
                return None


def _is_word_edge(left: str, right: str) -> bool:
    return WORD.has(left) != WORD.has(right)
