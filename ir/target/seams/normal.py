"""What a normalizer does at a border between two characters: it joins them, or what it makes of each.

Only places are looked at where the characters on both sides stand for themselves: no mark that combines with
what is before it, no part of a syllable. What the normalizer makes of one of them is asked of the library.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from .pattern import Pattern
from .reading import UnknownPattern, literal, read_pattern

_BLANKS = frozenset(" \t\n\r")
_FORMS = {"NFC", "NFD", "NFKC", "NFKD"}
_COMPOSES = {"NFC", "NFKC"}
_BY_CHARACTER = {"Lowercase", "StripAccents", "BertNormalizer", "Nmt", "ByteLevel"}
_JAMO = ((0x1100, 0x11FF), (0xA960, 0xA97F), (0xD7B0, 0xD7FF), (0xFF9E, 0xFFDC))
_UNSURE = {"Mn", "Mc", "Me", "Cn", "Cs", "Co", "Cf"}
# Scripts in which no character but a mark joins the one before it into what a reader takes for one.
_LATIN = ((0x20, 0x7E), (0xA1, 0xAC), (0xAE, 0x24F))
_PLAIN = (*_LATIN, (0x370, 0x5C7), (0x2010, 0x205E), (0x3000, 0x9FFF))

Sides = tuple[frozenset[str], frozenset[str]]
"""What may stand left and right of a border."""
Through = Callable[[str, str], "Sides | None"]


@dataclass(frozen=True)
class Normal:
    """A normalizer. `around`: how far it looks past the two characters of a border.

    0: it doesn't, 1: to the next character, 2: to the one before as well.
    """

    steps: tuple[Through, ...] = ()
    shown: Callable[[str], str] | None = str
    around: int = 0

    def sides(self, left: str, right: str) -> Sides | None:
        """What may stand at a border once the text is normalized; None where it may be joined."""
        found: Sides = (frozenset({left}), frozenset({right}))
        for step in self.steps:
            each = [step(a, b) for a, b in product(*found)]
            known = [sides for sides in each if sides is not None]
            if len(known) < len(each):
                return None
            lefts, rights = zip(*known, strict=True)
            found = frozenset[str]().union(*lefts), frozenset[str]().union(*rights)
        return found

    def is_free(self, text: str, at: int, floor: int) -> bool:
        """Whether what is around the border at `at` leaves it alone; for what can't be seen it is not."""
        if self.around == 0:
            return True
        after = text[at + 1 : at + 2]
        if self.around == 1:
            return text[at] in _BLANKS or (bool(after) and is_inert(after))
        before = text[at - 2 : at - 1] if at - 2 >= floor else " "
        return bool(after) and _is_plain(after) and _is_plain(before)


def normal(config: Mapping[str, Any] | None) -> Normal | None:
    """A normalizer, from its JSON form; None where something in it is not known."""
    kinds = list(_members(config)) if config else []
    around = max((_around(step["type"]) for step in kinds), default=0)
    if around == 2 and kinds[0]["type"] != "Precompiled":
        return None
    try:
        steps = tuple(_through(step) for step in kinds)
    except (UnknownPattern, KeyError):
        return None
    mapped = [_mapped(step) for step in kinds]
    known = [each for each in mapped if each is not None]
    return Normal(steps, _chain(known) if len(known) == len(mapped) else None, around)


def _members(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if config["type"] != "Sequence":
        yield config
        return
    for step in config["normalizers"]:
        yield from _members(step)


def _around(kind: str) -> int:
    return 2 if kind == "Precompiled" else 1 if kind in _COMPOSES else 0


def _through(config: Mapping[str, Any]) -> Through:
    """What one step does at a border. Raises UnknownPattern."""
    match config:
        case {"type": "Prepend"}:
            return _as_is
        case {"type": "Strip"}:
            return lambda left, right: None if left.isspace() else _as_is(left, right)
        case {"type": "Replace", "pattern": {"String": str(sign)}, "content": str(content)}:
            return _replaces_sign(sign, content)
        case {"type": "Replace", "pattern": {"Regex": str(source)}, "content": str(content)}:
            return _replaces(read_pattern(source), content)
        case {"type": str(kind)} if kind in _FORMS or kind in _BY_CHARACTER:
            return _by_character(json.dumps(config), is_inert)
        case {"type": "Precompiled"}:
            return _by_character(json.dumps(config), _is_plain)
        case _:
            raise UnknownPattern(str(config["type"]))


def _as_is(left: str, right: str) -> Sides:
    return frozenset({left}), frozenset({right})


def _by_character(config: str, stands_alone: Callable[[str], bool]) -> Through:
    def through(left: str, right: str) -> Sides | None:
        if not (stands_alone(left) and stands_alone(right)) or left + right == "\r\n":
            return None
        before, after = _normalized(config, left), _normalized(config, right)
        return (frozenset(before[-1]), frozenset(after[0])) if before and after else None

    return through


def _replaces_sign(sign: str, content: str) -> Through:
    if len(sign) != 1:
        return _replaces(read_pattern("".join(map(literal, sign))), content)

    def through(left: str, right: str) -> Sides | None:
        before, after = left.replace(sign, content), right.replace(sign, content)
        return (frozenset(before[-1]), frozenset(after[0])) if before and after else None

    return through


def _replaces(pattern: Pattern, content: str) -> Through:
    """A replacement of a pattern: no match goes over the border, but one may end or begin there."""

    def through(left: str, right: str) -> Sides | None:
        if pattern.spans(left, right):
            return None
        ends, begins = pattern.ends(left), pattern.begins(right)
        if (ends or begins) and not content:
            return None
        return (
            frozenset({left, content[-1]} if ends else {left}),
            frozenset({right, content[0]} if begins else {right}),
        )

    return through


def _mapped(config: Mapping[str, Any]) -> Callable[[str], str] | None:
    """The step as a map of characters, where it is one."""
    match config:
        case {"type": "Prepend"}:
            return str
        case {"type": "Replace", "pattern": {"String": str(sign)}, "content": str(content)}:
            return (lambda char: char.replace(sign, content)) if len(sign) == 1 else None
        case {"type": "Lowercase"}:
            return lambda char: _normalized(json.dumps(config), char)
        case _:
            return None


def _chain(maps: list[Callable[[str], str]]) -> Callable[[str], str]:
    def shown(char: str) -> str:
        for each in maps:
            char = "".join(map(each, char))
        return char

    return shown


@lru_cache(maxsize=1 << 14)
def _normalized(config: str, char: str) -> str:
    return _library_step(config).normalize_str(char)


@lru_cache(maxsize=64)
def _library_step(config: str) -> Any:
    from tokenizers import Tokenizer

    model = '{"type": "BPE", "vocab": {}, "merges": []}'
    return Tokenizer.from_str(
        f'{{"version": "1.0", "model": {model}, "normalizer": {config}}}'
    ).normalizer


@lru_cache(maxsize=1 << 14)
def is_inert(char: str) -> bool:
    """Whether no normal form joins the character with what stands before it."""
    return all(map(_begins, (char, unicodedata.normalize("NFKD", char)[0])))


def _begins(char: str) -> bool:
    is_part = any(low <= ord(char) <= high for low, high in _JAMO)
    return unicodedata.category(char) not in _UNSURE and not is_part


def _is_plain(char: str) -> bool:
    """Whether a break between characters as readers see them is surely before it, and it is one alone."""
    is_known = char in _BLANKS or any(low <= ord(char) <= high for low, high in _PLAIN)
    return is_known and is_inert(char)
