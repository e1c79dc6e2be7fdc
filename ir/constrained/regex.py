"""Regular expressions as automata over characters, by derivatives. A leaf.

What may come next is something that `re` does not tell. A state is a simplified expression; taking a
character gives the expression for what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce

LAST = 0x10FFFF


class RegexError(ValueError):
    """A pattern that this automaton does not take."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of sorted, disjoint, inclusive ranges."""

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, char: str) -> bool:
        code = ord(char)
        return any(low <= code <= high for low, high in self.ranges)


@dataclass(frozen=True, slots=True)
class Seq:
    """One expression after another; the empty sequence is the empty text."""

    items: tuple[Regex, ...]


@dataclass(frozen=True, slots=True)
class Alt:
    """One of several expressions; the empty set of them matches nothing at all."""

    items: frozenset[Regex]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Between `least` and `most` times; None is no bound."""

    item: Regex
    least: int
    most: int | None


Regex = Chars | Seq | Alt | Repeat

EMPTY = Seq(())
NOTHING = Alt(frozenset())


def seq(*items: Regex) -> Regex:
    """A sequence, flattened."""
    flat: list[Regex] = []
    for item in items:
        if item == NOTHING:
            return NOTHING
        flat.extend(item.items if isinstance(item, Seq) else (item,))
    return flat[0] if len(flat) == 1 else Seq(tuple(flat))


def alt(*items: Regex) -> Regex:
    """An alternative, flattened."""
    flat: set[Regex] = set()
    for item in items:
        flat |= item.items if isinstance(item, Alt) else {item}
    return next(iter(flat)) if len(flat) == 1 else Alt(frozenset(flat))


def repeat(item: Regex, least: int, most: int | None) -> Regex:
    """A repetition, where it is not trivial."""
    if most == 0 or item == EMPTY:
        return EMPTY
    if item == NOTHING:
        return NOTHING if least else EMPTY
    return item if (least, most) == (1, 1) else Repeat(item, least, most)


def literal(text: str) -> Regex:
    """Exactly this text."""
    return seq(*(Chars(((ord(char), ord(char)),)) for char in text))


# --- the automaton --------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 16)
def is_complete(state: Regex) -> bool:
    """Whether the text may end here."""
    match state:
        case Chars():
            return False
        case Seq(items):
            return all(map(is_complete, items))
        case Alt(items):
            return any(map(is_complete, items))
        case Repeat(item, least, _):
            return least == 0 or is_complete(item)


@lru_cache(maxsize=1 << 16)
def after(state: Regex, char: str) -> Regex:
    """The state after one character; `NOTHING` when it is not allowed."""
    match state:
        case Chars():
            return EMPTY if char in state else NOTHING
        case Seq(items):
            return _after_seq(items, char)
        case Alt(items):
            return alt(*(after(item, char) for item in items))
        case Repeat(item, least, most):
            left = None if most is None else most - 1
            return seq(after(item, char), repeat(item, max(0, least - 1), left))


def _after_seq(items: tuple[Regex, ...], char: str) -> Regex:
    found: list[Regex] = []
    for index, item in enumerate(items):
        found.append(seq(after(item, char), *items[index + 1 :]))
        if not is_complete(item):
            break
    return alt(*found)


def after_text(state: Regex, text: str) -> Regex:
    """The state after a text."""
    return reduce(after, text, state)


def matches(pattern: Regex, text: str) -> bool:
    """Whether the whole text matches."""
    return is_complete(after_text(pattern, text))


# --- sets of characters ---------------------------------------------------------------------------


def chars(*ranges: tuple[int, int]) -> Chars:
    """Ranges sorted and merged."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return Chars(tuple(merged))


def others(of: Chars) -> Chars:
    """All characters but these."""
    found: list[tuple[int, int]] = []
    start = 0
    for low, high in of.ranges:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    return Chars((*found, (start, LAST)) if start <= LAST else tuple(found))


def one_of(text: str) -> Chars:
    """One of the characters of a text."""
    return chars(*((ord(char), ord(char)) for char in text))
