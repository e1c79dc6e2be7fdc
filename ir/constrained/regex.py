"""Regular expressions as automata over characters, by derivatives. A leaf.

The hash model needs to know what may come next, which `re` does not tell. A state is a simplified
expression; taking a character gives the expression for what is left. States are interned, so
that the automaton grows only as far as it is walked, and stays small.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce

MAX_PATTERN = 20_000  # characters of one pattern
MAX_COUNT = 1_000  # of a counted repetition
_LAST = 0x10FFFF


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


# --- patterns -------------------------------------------------------------------------------------


def _chars(*ranges: tuple[int, int]) -> Chars:
    """Ranges sorted and merged."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return Chars(tuple(merged))


def _others(chars: Chars) -> Chars:
    """All characters but these."""
    found: list[tuple[int, int]] = []
    start = 0
    for low, high in chars.ranges:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    return Chars((*found, (start, _LAST)) if start <= _LAST else tuple(found))


def _of(text: str) -> Chars:
    return _chars(*((ord(char), ord(char)) for char in text))


_DIGIT = _chars((0x30, 0x39))
_WORD = _chars((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE = _of(" \t\n\r\f\v")
_CLASSES = {
    "d": _DIGIT,
    "w": _WORD,
    "s": _SPACE,
    "D": _others(_DIGIT),
    "W": _others(_WORD),
    "S": _others(_SPACE),
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0", "a": "\a"}
_HEX = {"x": 2, "u": 4, "U": 8}


@lru_cache(maxsize=1 << 16)
def compile_pattern(pattern: str) -> Regex:
    """The start state for a pattern. Raises RegexError.

    Taken are literals, classes, groups, alternatives, and greedy or lazy repetitions, over ASCII
    classes; a `^` at the start and a `$` at the end say nothing, since the whole text must match.
    """
    if len(pattern) > MAX_PATTERN:
        raise RegexError(f"a pattern of {len(pattern)} characters; the limit is {MAX_PATTERN}")
    parser = _Parser(pattern.removeprefix("^"))
    try:
        found = parser.alternatives()
    except RecursionError:
        raise RegexError("a pattern nested too deeply") from None
    parser.end()
    return found


class _Parser:
    """Recursive descent over a pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def alternatives(self) -> Regex:
        found = [self._sequence()]
        while self._take_if("|"):
            found.append(self._sequence())
        return alt(*found)

    def end(self) -> None:
        if self._at < len(self._pattern):
            raise self._failure(f"unexpected `{self._peek()}`")

    def _sequence(self) -> Regex:
        found: list[Regex] = []
        while self._peek() not in ("", "|", ")"):
            if self._peek() == "$" and self._pattern[self._at + 1 : self._at + 2] in ("", ")", "|"):
                self._at += 1
            else:
                found.append(self._repeated(self._atom()))
        return seq(*found)

    def _repeated(self, item: Regex) -> Regex:
        while (mark := self._peek()) in ("*", "+", "?", "{") and mark:
            self._at += 1
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(mark) or self._count()
            item = repeat(item, least, most)
            self._take_if("?")
        return item

    def _count(self) -> tuple[int, int | None]:
        text, closed, _ = self._pattern[self._at :].partition("}")
        low, comma, high = text.partition(",")
        if not closed or not (low + high).isdigit() or not low:
            raise self._failure("`{` needs a count, as in `{2}` or `{2,5}`")
        self._at += len(text) + 1
        least = int(low)
        most = int(high) if high else (None if comma else least)
        if max(least, most or 0) > MAX_COUNT or (most is not None and most < least):
            raise self._failure(f"a repetition that is empty or above {MAX_COUNT}")
        return least, most

    def _atom(self) -> Regex:
        char = self._take()
        if char == "(":
            return self._group()
        if char == "[":
            return self._class()
        if char == ".":
            return _others(_of("\n"))
        if char == "\\":
            return self._escape()
        if char in "*+?{^$":
            raise self._failure(f"`{char}` is not taken here")
        return literal(char)

    def _group(self) -> Regex:
        if self._take_if("?"):
            if self._take_if("P"):
                self._name()
            elif not self._take_if(":"):
                raise self._failure("look-around and flags are not taken")
        found = self.alternatives()
        if not self._take_if(")"):
            raise self._failure("`)` is missing")
        return found

    def _name(self) -> None:
        end = self._pattern.find(">", self._at)
        if self._peek() != "<" or end < 0:
            raise self._failure("a group name is missing")
        self._at = end + 1

    def _escape(self) -> Chars:
        char = self._take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char in _HEX:
            digits = self._pattern[self._at : self._at + _HEX[char]]
            self._at += len(digits)
            try:
                return _chars((int(digits, 16), int(digits, 16)))
            except ValueError:
                raise self._failure(f"`\\{char}{digits}` is not a character") from None
        if char.isalnum() and char not in _ESCAPES:
            raise self._failure(f"`\\{char}` is not taken")
        return _of(_ESCAPES.get(char, char))

    def _class(self) -> Chars:
        is_negated = self._take_if("^")
        ranges: list[tuple[int, int]] = []
        is_first = True
        while is_first or self._peek() != "]":
            ranges.extend(self._class_item())
            is_first = False
        self._at += 1
        found = _chars(*ranges)
        return _others(found) if is_negated else found

    def _class_item(self) -> Iterable[tuple[int, int]]:
        low = self._class_char()
        ahead = self._pattern[self._at + 1 : self._at + 2]
        if self._peek() != "-" or ahead == "]" or len(low.ranges) != 1:
            return low.ranges
        self._at += 1
        high = self._class_char()
        if len(high.ranges) != 1 or high.ranges[0][1] < low.ranges[0][0]:
            raise self._failure("a range that is empty")
        return ((low.ranges[0][0], high.ranges[0][1]),)

    def _class_char(self) -> Chars:
        char = self._take()
        return self._escape() if char == "\\" else _of(char)

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        char = self._peek()
        if not char:
            raise self._failure("the pattern ends too early")
        self._at += 1
        return char

    def _take_if(self, char: str) -> bool:
        if self._peek() != char:
            return False
        self._at += 1
        return True

    def _failure(self, message: str) -> RegexError:
        return RegexError(f"{message} (at character {self._at} of the pattern)")
