"""Stop patterns: looked for in text that grows, within a budget of time.

A pattern matches as soon as it matches the text so far: what it looks ahead for comes with later tokens, and an empty
match counts. Backtracking can take exponential time, so the patterns of a request have a budget together, however many
they are and however many samples they are looked for in: the one that uses it up is refused by name, and nobody
beside the request waits for longer than that.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, cast

MAX_PATTERN = 1000  # characters; the engine looks at the clock too seldom in longer ones
START_S, TOKEN_S = 0.25, 0.001  # seconds of searching: to begin with, and more for every token
SEARCH_S = 20e-6  # and for each search: 256 harmless patterns take so long a token

Span = tuple[int, int]


class PatternError(ValueError):
    """A stop pattern that can't be used: no regular expression, too long, or too slow."""


class SearchTime:
    """How many seconds the patterns of one request may still be looked for."""

    def __init__(self) -> None:
        self.left = START_S

    def add_token(self) -> None:
        """A token has come, in which all of them are looked for."""
        self.left += TOKEN_S


class StopPattern:
    """One pattern in one generation. `left`: what it may take, together with the others of its request."""

    def __init__(self, text: str, left: SearchTime | None = None) -> None:
        """Raises PatternError."""
        self.text = text
        self._pattern, self._width = _compiled(text)
        self._time = left or SearchTime()
        self._old = frozenset[Span]()  # matches that came too early to count

    def find(self, text: str, before: int, *, is_first: bool = False) -> int:
        """Where the first match begins that `text` has and `text[:before]` had not; -1 without one.

        `is_first`: nobody has looked at `text[:before]` yet. Raises PatternError where it takes too long.
        """
        start = 0 if self._width is None else max(0, before - self._width + 1)
        self._time.left += SEARCH_S
        if is_first and before:
            self._old = frozenset(self._spans(text[:before], start))
        return next((span[0] for span in self._spans(text, start) if span not in self._old), -1)

    def _spans(self, text: str, start: int) -> Iterator[Span]:
        """The matches from `start` on."""
        if self._time.left <= 0:
            raise self._too_slow()
        began = time.thread_time()
        try:
            for match in self._pattern.finditer(text, start, timeout=max(self._time.left, TOKEN_S)):
                yield match.span()
        except TimeoutError:
            raise self._too_slow() from None
        finally:
            self._time.left -= time.thread_time() - began

    def _too_slow(self) -> PatternError:
        return PatternError(f"looking for `{self.text}` takes too long")


@lru_cache(maxsize=1024)  # a request may have 256, and asks three times
def _compiled(text: str) -> tuple[Any, int | None]:
    """A pattern, and how many characters back of the new text a match can begin; None is no bound."""
    import regex

    if len(text) > MAX_PATTERN:
        raise PatternError(f"a pattern of {len(text)} characters; the limit is {MAX_PATTERN}")
    try:
        return regex.compile(text), _most_characters(text)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        raise PatternError(f"`{text}` is not a regular expression: {error}") from None


def _most_characters(pattern: str) -> int | None:
    """The longest match in characters; None where there is no bound, or what is around a match counts, too."""
    import re

    try:
        from re import _parser  # pyright: ignore

        parsed = _parser.parse(pattern)  # pyright: ignore
    except (ImportError, re.error):
        return None
    width = int(parsed.getwidth()[1])  # pyright: ignore
    return width if width < 1 << 16 and not _looks_around(parsed) else None


def _looks_around(parsed: Any) -> bool:
    """Whether a parsed pattern has an anchor or looks ahead or behind."""
    from re import _constants as c  # pyright: ignore

    parts = cast("Iterable[Any]", getattr(parsed, "data", parsed))
    if isinstance(parts, list | tuple):
        return any(map(_looks_around, parts))
    return any(parsed is op for op in (c.AT, c.ASSERT, c.ASSERT_NOT))  # pyright: ignore
