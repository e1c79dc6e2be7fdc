"""What is wrong with a regular expression, in the words of this language."""

from __future__ import annotations

import re

_RAW = 'write patterns as raw text: `r"[0-9]+"`'
_PROBLEMS = {
    "missing ), unterminated subpattern": ("is never closed", "close it with `)`"),
    "unbalanced parenthesis": ("closes nothing", "open it with `(`"),
    "unterminated character set": ("is never closed", "close it with `]`"),
    "nothing to repeat": ("repeats nothing", "put what it repeats before it"),
}


def pattern_words(error: Exception) -> tuple[str, str]:
    """The problem with its place, and what to do about it."""
    if not isinstance(error, re.error):
        return str(error), _RAW
    words, help = _PROBLEMS.get(error.msg, ("", ""))
    if not words or error.pos is None or error.pattern is None:
        return str(error), _RAW
    character = str(error.pattern)[error.pos]
    what = f"`{character}` at character {error.pos + 1} {words}"
    return what, rf"{help}, or write `\{character}` for the character itself"
