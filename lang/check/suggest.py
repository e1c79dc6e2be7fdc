"""Did-you-mean: the known word that a misspelt one is closest to."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST_CANDIDATES = 2000


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like `word`, if one is like it at all."""
    candidates = sorted(set(known))[:_MOST_CANDIDATES]
    by_case = [name for name in candidates if name.lower() == word.lower()]
    if by_case:
        return by_case[0]
    similar = [name for name in candidates if len(name) > 1]
    found = get_close_matches(word[:80], similar, n=1, cutoff=0.6)
    return found[0] if found else None
