"""Reads the regular expressions of pre-tokenizers into graphs, and refuses what the graphs can't tell.

The dialect is that of the library's engine. Laziness and possession don't matter to what can follow
what, but a possessive part may leave a character unmatched, which is noted. An interval followed by `+` is read
as repeated: that is how this engine has it, and more can follow than where it is possessive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from .chars import CharClass
from .pattern import Assertion, Item, Look, Pattern, Single

_ESCAPE = re.compile(r"\\(?:[pP]\{\^?\w+\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[sSdDwWrntfv]|[^\w\s])")
_INTERVAL = re.compile(r"\{(?=,?\d)(\d*)(,?)(\d*)\}")
_MOST_COPIES = 8


class UnknownPattern(ValueError):
    """A pattern in which there is something that the graphs don't have."""


@dataclass(frozen=True)
class _Part:
    """A part of a pattern while it is read, as in `Pattern`. `keeps`: something in it never gives back."""

    nullable: bool = True
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()
    singles: tuple[Single, ...] = ()
    keeps: bool = False


@dataclass(frozen=True)
class _Times:
    """A quantifier. `most`: None without a bound. `keeps`: it is possessive."""

    least: int
    most: int | None
    keeps: bool = False


@dataclass
class _Reader:
    source: str
    folded: bool = False
    at: int = 0
    is_ahead: bool = False
    items: list[Item] = field(default_factory=list)
    follow: list[set[int]] = field(default_factory=list)

    def pattern(self) -> Pattern:
        part = self._choice()
        follow = tuple(map(frozenset, self.follow))
        return Pattern(
            tuple(self.items), part.first, part.last, follow, part.singles, part.nullable
        )

    def _choice(self) -> _Part:
        parts = [self._sequence()]
        while self._takes("|"):
            parts.append(self._sequence())
        return _Part(
            any(part.nullable for part in parts),
            frozenset[int]().union(*(part.first for part in parts)),
            frozenset[int]().union(*(part.last for part in parts)),
            tuple(single for part in parts for single in part.singles),
            any(part.keeps for part in parts),
        )

    def _sequence(self) -> _Part:
        whole, blockers = _Part(), frozenset[int]()
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            part = self._repeated()
            whole = self._joined(whole, part, blockers)
            blockers |= part.first if part.keeps else frozenset()
        return whole

    def _joined(self, whole: _Part, part: _Part, blockers: frozenset[int] = frozenset()) -> _Part:
        for at in whole.last:
            self.follow[at] |= part.first
        return _Part(
            whole.nullable and part.nullable,
            whole.first | part.first if whole.nullable else whole.first,
            whole.last | part.last if part.nullable else part.last,
            _singles(whole, part, blockers),
            whole.keeps or part.keeps,
        )

    def _repeated(self) -> _Part:
        start, is_first = self.at, True
        part = self._atom()
        while times := self._times():
            if is_first and times.most is not None and 1 < times.most <= _MOST_COPIES:
                part = self._copies(start, part, times)
            else:
                part = self._looped(part, times)
            is_first = False
        return part

    def _copies(self, start: int, part: _Part, times: _Times) -> _Part:
        """A part several times: read anew, so that what it counts stays apart."""
        end, whole = self.at, _Part()
        for n in range(times.most or 0):
            if n:
                self.at = start
                part = self._atom()
            is_optional = n >= times.least
            whole = self._joined(whole, replace(part, nullable=part.nullable or is_optional))
        self.at = end
        return whole

    def _looped(self, part: _Part, times: _Times) -> _Part:
        if self.is_ahead and (times.least > 1 or (times.most or 0) > 1):
            raise UnknownPattern(f"a long interval in `{self.source}`")
        for at in part.last if times.most is None or times.most > 1 else ():
            self.follow[at] |= part.first
        singles = part.singles if times.least <= 1 else ()
        nullable = part.nullable or not times.least
        return _Part(nullable, part.first, part.last, singles, part.keeps or times.keeps)

    def _times(self) -> _Times | None:
        """The quantifier that stands here, if one does."""
        if interval := _INTERVAL.match(self.source, self.at):
            low, comma, high = interval.groups()
            self.at = interval.end()
            self._takes("?")
            return _Times(int(low or 0), int(high) if high else None if comma else int(low))
        for sign, least, most in (("*", 0, None), ("+", 1, None), ("?", 0, 1)):
            if self._takes(sign):
                return _Times(least, most, not self._takes("?") and self._takes("+"))
        return None

    def _atom(self) -> _Part:
        char = self.source[self.at]
        if char == "(":
            return self._group()
        if char == "[":
            return self._leaf(CharClass(self._class(), self.folded))
        if char == "\\":
            return self._escape()
        self.at += 1
        if char == "$":
            return self._leaf(Assertion.END)
        if char in "^*+?":
            raise UnknownPattern(f"`{char}` in `{self.source}`")
        return self._leaf(CharClass("." if char == "." else literal(char), self.folded))

    def _escape(self) -> _Part:
        if self._takes(r"\b"):
            return self._leaf(Assertion.WORD_EDGE)
        if self._takes(r"\z"):
            return self._leaf(Assertion.END)
        escape = _ESCAPE.match(self.source, self.at)
        if escape is None:
            raise UnknownPattern(f"`{self.source[self.at :][:2]}` in `{self.source}`")
        self.at = escape.end()
        return self._leaf(CharClass(escape.group(), self.folded))

    def _class(self) -> str:
        """The source of a class in brackets, which may hold others."""
        start, depth = self.at, 0
        while self.at < len(self.source):
            if self.source.startswith("[:", self.at):
                break
            char = self.source[self.at]
            self.at += 2 if char == "\\" else 1
            depth += (char == "[") - (char == "]")
            if depth == 0:
                return self.source[start : self.at]
        raise UnknownPattern(f"`[` in `{self.source}`")

    def _group(self) -> _Part:
        for sign in ("(?=", "(?!"):
            if self._takes(sign):
                return self._look()
        is_folded, keeps = self.folded, False
        if self._takes("(?i:"):
            self.folded = True
        elif self._takes("(?>"):
            keeps = True
        elif not self._takes("(?:"):
            self.at += 1
            if self.source.startswith("?", self.at):
                raise UnknownPattern(f"`({self.source[self.at :][:2]}` in `{self.source}`")
        part = self._choice()
        self._close()
        self.folded = is_folded
        singles = () if keeps else part.singles
        return _Part(part.nullable, part.first, part.last, singles, keeps or part.keeps)

    def _look(self) -> _Part:
        inner = _Reader(self.source, self.folded, self.at, is_ahead=True)
        ahead = inner.pattern()
        self.at = inner.at
        self._close()
        if any(isinstance(item, Look) for item in ahead.items):
            raise UnknownPattern(f"look-aheads in look-aheads in `{self.source}`")
        return self._leaf(Look(ahead))

    def _close(self) -> None:
        if not self._takes(")"):
            raise UnknownPattern(f"`(` without `)` in `{self.source}`")

    def _leaf(self, item: Item) -> _Part:
        position = len(self.items)
        self.items.append(item)
        self.follow.append(set())
        here = frozenset({position})
        single = (Single(position),) if isinstance(item, CharClass) else ()
        return _Part(False, here, here, single)

    def _takes(self, sign: str) -> bool:
        if not self.source.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True


def literal(char: str) -> str:
    """The pattern of one character."""
    is_plain = char.isalnum() or char.isspace() or not char.isascii()
    return char if is_plain else f"\\{char}"


def _singles(whole: _Part, part: _Part, blockers: frozenset[int]) -> tuple[Single, ...]:
    """The ways to match one character alone in a sequence that goes on with `part`."""
    kept = whole.singles if part.nullable else ()
    new = part.singles if whole.nullable else ()
    return (*kept, *(Single(one.position, one.blockers | blockers) for one in new))


@lru_cache(maxsize=256)
def read_pattern(source: str) -> Pattern:
    """The graph of a pattern. Raises UnknownPattern."""
    reader = _Reader(source)
    pattern = reader.pattern()
    if reader.at < len(source) or pattern.matches_nothing or pattern.looks_back:
        raise UnknownPattern(source)
    for item in pattern.items:
        if isinstance(item, CharClass):
            item.has("a")  # a class that the engine doesn't have is found out here
    return pattern
