"""Classes of characters, as the tokenizers' own regular expressions have them.

Membership is asked of the engine that will split the text, so that its version of Unicode counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class CharClass:
    """One position of a pattern. `source` matches a single character; `folded`: in any case."""

    source: str
    folded: bool = False

    def has(self, char: str) -> bool:
        """Whether the character surely matches."""
        return _matches(f"(?i:{self.source})" if self.folded else self.source, char)

    def may_have(self, char: str) -> bool:
        """Whether the character can match, perhaps as a part of a longer folding (`ß` of `ss`)."""
        return self.has(char) or (self.folded and any(map(self.has, char.casefold())))


@lru_cache(maxsize=1 << 16)
def _matches(source: str, char: str) -> bool:
    return not _engine(source).pre_tokenize_str(char)


@lru_cache(maxsize=1024)
def _engine(source: str) -> Any:
    from tokenizers import Regex, pre_tokenizers

    try:
        return pre_tokenizers.Split(Regex(source), "removed")
    except Exception as error:  # the library raises bare Exceptions
        raise ValueError(f"not a class of characters: {source}") from error


WORD = CharClass(r"\w")
NEWLINE = CharClass(r"\n")
