"""What the steps of a pre-tokenizer do at a border between two characters.

A step cuts there; or it joins, so that a piece or what a piece depends on goes over the border in a way that is
not known; or it parts: both sides alone give the same pieces, but for one over the border that is cut in two.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .bytelevel import as_bytes
from .pattern import Pattern
from .reading import UnknownPattern, read_pattern

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
BLANKS = frozenset(" \t\n\r")
"""White space for every version of Unicode, and every engine."""
_PAIRWISE = {"Digits", "WhitespaceSplit", "Whitespace", "BertPreTokenizer", "CharDelimiterSplit"}
_DROPS_BLANKS = _PAIRWISE - {"Digits", "CharDelimiterSplit"}
_BY_CHARACTER = {"Isolated", "Removed", "Contiguous"}


class Border(Enum):
    """What a step does at a border."""

    CUTS = "cuts"
    PARTS = "parts"
    JOINS = "joins"


At = Callable[[str, str], Border]


@dataclass(frozen=True)
class Step:
    """One step. `at` is asked with two characters; `shown` is what it makes of a character for the next steps.

    `begins`: it puts a space before each piece that comes to it. `drops_blanks`: white space ends with it.
    """

    at: At
    shown: Callable[[str], str] = str
    begins: bool = False
    drops_blanks: bool = False


@dataclass(frozen=True)
class Splits:
    """A pre-tokenizer. `each_word`: every word gets a space of its own, so that only white space is a border."""

    steps: tuple[Step, ...] = ()
    each_word: bool = False

    def at(self, left: str, right: str) -> tuple[Border, str, str]:
        """What becomes of a border, and what the model sees of the two characters where nothing cuts there."""
        for step in self.steps:
            border = step.at(left, right)
            if border is not Border.PARTS:
                return border, left, right
            left, right = step.shown(left)[-1], step.shown(right)[0]
        return Border.PARTS, left, right

    def may_begin(self, right: str) -> bool:
        """Whether a text that goes on with this character has the pieces that it has in the whole."""
        return not self.each_word or right in BLANKS

    def shown(self, char: str) -> str:
        """A character as the model sees it."""
        for step in self.steps:
            char = "".join(map(step.shown, char))
        return char


def splits(config: Mapping[str, Any] | None) -> Splits | None:
    """A pre-tokenizer, from its JSON form; None where something in it is not known."""
    if config is None:
        return Splits()
    try:
        steps = [_step(step) for step in _members(config)]
    except UnknownPattern:
        return None
    if not any(step.begins for step in steps[1:]):
        return Splits(tuple(steps))
    if any(step.begins and at for at, step in enumerate(steps[:-1])):
        return None
    is_word_by_word = all(step.drops_blanks for step in steps[:-1])
    return Splits(tuple(steps), each_word=True) if is_word_by_word else None


def _members(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The members of a (nested) sequence, or the thing itself."""
    if config["type"] != "Sequence":
        yield config
        return
    for step in config["pretokenizers"]:
        yield from _members(step)


def _step(config: Mapping[str, Any]) -> Step:
    """Raises UnknownPattern."""
    match config:
        case {"type": "ByteLevel"}:
            at = _pattern(read_pattern(GPT2)) if config.get("use_regex", True) else _parts
            return Step(at, as_bytes, begins=bool(config["add_prefix_space"]))
        case {"type": "Metaspace", "replacement": str(sign)}:
            at = _before(sign) if config.get("split", True) else _parts
            begins = config.get("prepend_scheme") == "always"
            return Step(at, lambda char: sign if char == " " else char, begins)
        case {"type": "Split", "pattern": {"Regex": str(source)}}:
            if config["behavior"] == "Isolated" or config["behavior"] == "Removed":
                return Step(_pattern(read_pattern(source)))
        case {"type": "Split", "pattern": {"String": str(sign)}}:
            return Step(_sign(sign, config["behavior"]))
        case {"type": "Punctuation", "behavior": str(behavior)} if behavior in _BY_CHARACTER:
            return Step(_pairwise(config))
        case {"type": str(kind)} if kind in _PAIRWISE:
            return Step(_pairwise(config), drops_blanks=kind in _DROPS_BLANKS)
        case _:
            pass
    raise UnknownPattern(str(config["type"]))


def _parts(left: str, right: str) -> Border:
    return Border.PARTS


def _pattern(pattern: Pattern) -> At:
    """Whether matches and gaps, or matches alone, are pieces: no match over the border, and no gap where one is."""

    def at(left: str, right: str) -> Border:
        if pattern.spans(left, right):
            return Border.JOINS
        is_cut = pattern.covers(left) or pattern.covers(right)
        return Border.CUTS if is_cut else Border.PARTS

    return at


def _before(sign: str) -> At:
    """A piece begins at each `sign`, which stands for spaces, too."""
    return lambda left, right: Border.CUTS if right in (sign, " ") else Border.PARTS


def _sign(sign: str, behavior: str) -> At:
    """Splitting at a text. Near it only the plain cases of one character are known."""

    def at(left: str, right: str) -> Border:
        if left not in sign and right not in sign:
            return Border.PARTS
        is_isolated = len(sign) == 1 and behavior in ("Isolated", "Removed")
        return Border.CUTS if is_isolated else Border.JOINS

    return at


def _pairwise(config: Mapping[str, Any]) -> At:
    """A step that looks at two neighbours alone: the library itself says whether it splits them."""
    step = _library_step(json.dumps(config))

    def at(left: str, right: str) -> Border:
        pieces = step.pre_tokenize_str(left + right)
        is_whole = any(end - start == 2 for _, (start, end) in pieces)
        return Border.PARTS if is_whole else Border.CUTS

    return at


def _library_step(config: str) -> Any:
    from tokenizers import Tokenizer

    model = '{"type": "BPE", "vocab": {}, "merges": []}'
    return Tokenizer.from_str(
        f'{{"version": "1.0", "model": {model}, "pre_tokenizer": {config}}}'
    ).pre_tokenizer
