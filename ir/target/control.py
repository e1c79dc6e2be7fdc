"""Control tokens: which added tokens of a tokenizer are markup, and where literals spell them.

A tokenizer's own matching runs over the whole text, so that a document could open a turn. Here only
literals are searched; the tokenizer sees what lies between.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from .parts import Part

_MARKUP = re.compile(r"<\S+>|\[[A-Z_/]+\]")


@dataclass(frozen=True, slots=True)
class ControlToken:
    """An added token. `lstrip`, `rstrip`: it swallows the white space on that side."""

    id: int
    content: str
    special: bool = True
    lstrip: bool = False
    rstrip: bool = False
    single_word: bool = False

    @property
    def is_control(self) -> bool:
        """Special tokens, and those that look like markup though nobody declared them special."""
        return self.special or _MARKUP.fullmatch(self.content) is not None


class ControlMatch(NamedTuple):
    """`text[start:end]` is the token `id`. `open`: what follows the text may still change that."""

    start: int
    end: int
    id: int
    open: bool


@dataclass(frozen=True)
class ControlTokens:
    """The control tokens of one tokenizer."""

    tokens: tuple[ControlToken, ...]

    @cached_property
    def by_content(self) -> dict[str, ControlToken]:
        """Content to token."""
        return {token.content: token for token in self.tokens}

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        contents = sorted(self.by_content, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, contents))) if contents else None

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """Every proper prefix of every control token."""
        return frozenset(text[:n] for text in self.by_content for n in range(1, len(text)))

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.by_content), default=0)

    @cached_property
    def sight(self) -> int:
        """How far back of the end of a text something may yet become, or end, a control token."""
        sees_on = any(token.rstrip or token.single_word for token in self.tokens)
        return sys.maxsize if sees_on else self._longest

    def matches(self, parts: Sequence[Part], text: str) -> list[ControlMatch]:
        """The control tokens in the literals of merged `parts`, whose text is `text`, in order."""
        found: list[ControlMatch] = []
        for start, end in _literal_runs(parts) if self._pattern else ():
            for match in self._pattern.finditer(text, start, end) if self._pattern else ():
                token = self.by_content[match.group()]
                if token.single_word and _inside_word(text, *match.span()):
                    continue
                floor = found[-1].end if found else 0
                found.append(_with_spaces(token, text, match.start(), match.end(), floor))
        return found

    def settled_until(self, parts: Sequence[Part], text: str) -> int:
        """Up to where no literal appended later can complete another control token."""
        if not parts or not parts[-1].literal:
            return len(text)
        run_start = len(text) - len(parts[-1].text)
        first = max(run_start, len(text) - self._longest + 1)
        starts = (at for at in range(first, len(text)) if text[at:] in self._beginnings)
        return next(starts, len(text))


def _literal_runs(parts: Iterable[Part]) -> Iterator[tuple[int, int]]:
    """Where the literals stand in the text of merged parts."""
    at = 0
    for part in parts:
        if part.literal:
            yield at, at + len(part.text)
        at += len(part.text)


def _inside_word(text: str, start: int, end: int) -> bool:
    return re.search(r"\w\Z", text[:start]) is not None or re.match(r"\w", text[end:]) is not None


def _with_spaces(token: ControlToken, text: str, start: int, end: int, floor: int) -> ControlMatch:
    """The match with the white space that the token swallows, which may stand in values too."""
    if token.lstrip:
        start = max(floor, len(text[:start].rstrip()))
    if token.rstrip:
        end = len(text) - len(text[end:].lstrip())
    is_open = end == len(text) and (token.rstrip or token.single_word)
    return ControlMatch(max(start, floor), end, token.id, is_open)
