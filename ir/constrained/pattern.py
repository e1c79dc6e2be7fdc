"""Patterns as Python reads them, as expressions of this house, and as text that every regex engine reads alike.

`re` parses the pattern; what is left of it is translated, or refused by name. The whole text must match. Of letters,
digits and blanks (`\\w`, `\\d`, `\\s`) the ASCII ones are taken, which is less than Python's; their opposites are no
more than Python's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from re import _parser  # pyright: ignore
from typing import cast

from .regex import (
    EMPTY,
    NOTHING,
    Alt,
    Chars,
    Regex,
    RegexError,
    Repeat,
    Seq,
    alt,
    chars,
    one_of,
    others,
    repeat,
    seq,
)

MAX_PATTERN = 20_000  # characters of one pattern
MAX_COUNT = 1_000  # of a counted repetition
_MOST_CASES = 4_000  # letters of a set whose other case is looked for

Op = tuple[object, object]

_ASCII = {
    "DIGIT": chars((0x30, 0x39)),
    "WORD": chars((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
    "SPACE": one_of(" \t\n\r\f\v"),
}


@lru_cache(maxsize=1 << 12)
def compile_pattern(pattern: str) -> Regex:
    """The expression of a pattern that the whole text must match. Raises RegexError."""
    if len(pattern) > MAX_PATTERN:
        raise RegexError(f"a pattern of {len(pattern)} characters; the limit is {MAX_PATTERN}")
    try:
        parsed = _parser.parse(pattern)  # pyright: ignore
        flags = int(parsed.state.flags)  # pyright: ignore
        ops = cast("list[Op]", list(parsed))  # pyright: ignore
        return _Reader(flags).sequence(ops, is_first=True, is_last=True)
    except re.error as error:
        raise RegexError(f"{error.msg} (at character {error.pos} of the pattern)") from None
    except RecursionError:
        raise RegexError("a pattern nested too deeply") from None


@lru_cache(maxsize=1 << 12)
def plain_pattern(pattern: str) -> str:
    """A pattern in the words that every regex engine reads alike. Raises RegexError."""
    found = compile_pattern(pattern)
    if found == NOTHING:
        raise RegexError("no text matches this pattern")
    return _text(found)


# --- reading --------------------------------------------------------------------------------------


class _Reader:
    """Translates what `re` has parsed, under the flags that are set."""

    def __init__(self, flags: int) -> None:
        if flags & (re.MULTILINE | re.LOCALE):
            raise RegexError("the flags `m` and `L` are not taken")
        self._flags = flags

    def sequence(self, ops: list[Op], is_first: bool, is_last: bool) -> Regex:
        """Ops one after the other. `is_first`: nothing stands before them; `is_last`: nothing stands after."""
        found: list[Regex] = []
        for index, (op, value) in enumerate(ops):
            name = str(op)
            starts = is_first and all(each == EMPTY for each in found)
            ends = is_last and index == len(ops) - 1
            if name == "AT":
                found.append(
                    self._anchor(
                        str(value), starts, ends or self._only_anchors(ops[index:], is_last)
                    )
                )
            else:
                found.append(self._op(name, value, starts, ends))
        return seq(*found)

    def _only_anchors(self, ops: list[Op], is_last: bool) -> bool:
        return is_last and all(str(name) == "AT" for name, _ in ops)

    def _anchor(self, where: str, starts: bool, ends: bool) -> Regex:
        if where in ("AT_BEGINNING", "AT_BEGINNING_STRING") and starts:
            return EMPTY
        if where in ("AT_END", "AT_END_STRING") and ends:
            return EMPTY
        raise RegexError(
            "an anchor inside of the pattern (`^`, `$`, `\\A`, `\\Z`, `\\b`) is not taken"
        )

    def _op(self, name: str, value: object, starts: bool, ends: bool) -> Regex:
        if name == "BRANCH":
            branches = cast("tuple[object, list[list[Op]]]", value)[1]
            return alt(*(self.sequence(list(branch), starts, ends) for branch in branches))
        if name == "SUBPATTERN":
            _, add, remove, inside = cast("tuple[object, int, int, list[Op]]", value)
            reader = _Reader((self._flags | add) & ~remove)
            return reader.sequence(list(inside), starts, ends)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            return self._repeat(*cast("tuple[int, int, list[Op]]", value))
        return self._one(name, value)

    def _repeat(self, least: int, most: int, ops: list[Op]) -> Regex:
        bound = None if str(most) == "MAXREPEAT" else int(most)
        if max(least, bound or 0) > MAX_COUNT:
            raise RegexError(f"a repetition above {MAX_COUNT}")
        return repeat(self.sequence(list(ops), is_first=False, is_last=False), least, bound)

    def _one(self, name: str, value: object) -> Regex:
        """A single character."""
        if name == "LITERAL":
            return self._cases(_char(value))
        if name == "NOT_LITERAL":
            return others(self._cases(_char(value), is_negated=True))
        if name == "ANY":
            return others(chars()) if self._flags & re.DOTALL else others(one_of("\n"))
        if name == "IN":
            return self._set(cast("list[Op]", value))
        raise RegexError(f"{_NAMES.get(name, f'`{name}`')} is not taken")

    def _set(self, items: list[Op]) -> Chars:
        is_negated = str(items[0][0]) == "NEGATE"
        ranges: list[tuple[int, int]] = []
        for op, value in items[1:] if is_negated else items:
            name = str(op)
            if name == "CATEGORY":
                ranges += self._category(str(value), is_negated).ranges
            else:
                low, high = cast("tuple[int, int]", value if name == "RANGE" else (value, value))
                ranges += self._cases(chars((low, high)), is_negated).ranges
        found = others(chars(*ranges)) if is_negated else chars(*ranges)
        if not found.ranges:
            raise RegexError("a set without a character")
        return found

    def _category(self, name: str, is_outer: bool) -> Chars:
        """A class such as `\\d`. `is_outer`: rather too many characters than too few."""
        is_not, kind = "_NOT_" in name, name.rpartition("_")[2]
        is_wide = is_outer != is_not and not self._flags & re.ASCII
        found = _unicode(kind) if is_wide else _ASCII[kind]
        return others(found) if is_not else found

    def _cases(self, of: Chars, is_negated: bool = False) -> Chars:
        """Both cases of characters, where case does not count."""
        if not self._flags & re.IGNORECASE:
            return of
        if is_negated or sum(high - low + 1 for low, high in of.ranges) > _MOST_CASES:
            raise RegexError("a negated or a large set without regard to case is not taken")
        letters = [chr(code) for low, high in of.ranges for code in range(low, high + 1)]
        both = {each for c in letters for each in (c, c.lower(), c.upper()) if len(each) == 1}
        return one_of("".join(both))


def _char(code: object) -> Chars:
    return one_of(chr(cast("int", code)))


_NAMES = {
    "ASSERT": "look-around",
    "ASSERT_NOT": "look-around",
    "GROUPREF": "a back-reference",
    "GROUPREF_EXISTS": "a back-reference",
    "POSSESSIVE_REPEAT": "a possessive repetition",
    "ATOMIC_GROUP": "an atomic group",
}


@lru_cache(maxsize=8)
def _unicode(kind: str) -> Chars:
    """All characters of a class."""
    tests: dict[str, Callable[[str], bool]] = {
        "DIGIT": str.isdecimal,
        "SPACE": str.isspace,
        "WORD": lambda char: char.isalnum() or char == "_",
    }
    test = tests[kind]
    return chars(*((code, code) for code in range(0x110000) if test(chr(code))))


# --- writing --------------------------------------------------------------------------------------


def _text(expression: Regex) -> str:
    match expression:
        case Chars(ranges):
            return _set_text(ranges)
        case Seq(items):
            return "".join(map(_text, items)) if items else "()"
        case Alt(items):
            return "(" + "|".join(sorted(map(_text, items))) + ")"
        case Repeat(item, least, most):
            text = _text(item)
            inside = text if isinstance(item, Chars | Alt) else f"({text})"
            return inside + _count_text(least, most)


def _count_text(least: int, most: int | None) -> str:
    plain: dict[tuple[int, int | None], str] = {(0, None): "*", (1, None): "+", (0, 1): "?"}
    if (least, most) in plain:
        return plain[least, most]
    return f"{{{least}}}" if least == most else f"{{{least},{'' if most is None else most}}}"


def _set_text(ranges: tuple[tuple[int, int], ...]) -> str:
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return _char_text(ranges[0][0])
    rest = others(Chars(ranges)).ranges
    if len(rest) <= len(ranges) or ranges[0] == (0, 0x10FFFF):
        return "[^" + _ranges_text(rest) + "]" if rest else r"(.|\n)"
    return "[" + _ranges_text(_without_surrogates(ranges)) + "]"


def _without_surrogates(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The ranges without halves of characters, which no text holds and an engine may write as broken bytes."""
    for low, high in ranges:
        for start, end in ((low, min(high, 0xD7FF)), (max(low, 0xE000), high)):
            if start <= end:
                yield start, end


def _ranges_text(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(
        _char_text(low) if low == high else f"{_char_text(low)}-{_char_text(high)}"
        for low, high in ranges
    )


_SPECIAL = frozenset(r"\.^$*+?()[]{}|-")


def _char_text(code: int) -> str:
    """A character as every engine reads it; by its backslash where special: xgrammar misreads `\\x5c` in a set."""
    char = chr(code)
    if char in _SPECIAL:
        return "\\" + char
    if " " <= char <= "~":
        return char
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
