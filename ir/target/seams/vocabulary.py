"""The entries of a vocabulary at a border that nothing before the model cuts.

A word is put together from entries of the vocabulary: merges make no others, and a best path goes through no others.
So where no entry spans a border, the two sides are put together on their own.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tokenizers
    from tokenizers import models

_BYTES = frozenset(f"<0x{byte:02X}>" for byte in range(256))
_BYTE = "<0x"
_EXACT = 2.0**24
_MOST = 1 << 9
"""Scores that are whole numbers of 2**-24, and below this, are added up without rounding in texts of any length
that is met (2**20 characters and more)."""


class Unknown(Enum):
    """What becomes of a character that is not in the vocabulary."""

    APART = "a token or bytes of its own"
    JOINED = "one token with unknown ones beside it"
    DROPPED = "nothing, so that its neighbours touch"


@dataclass(frozen=True)
class Vocabulary:
    """The entries of a model, and what it makes of characters that have none."""

    entries: frozenset[str]
    unknown: Unknown = Unknown.APART

    def pairs(self, left: str, right: str) -> bool:
        """Whether two characters that follow each other may stand in one token."""
        return (left, right) in self._pairs or self._meet(left, right)

    def spans(self, left: str, right: str) -> bool:
        """Whether an entry, or one that what follows `right` may complete, spans the border between two texts."""
        if self._meet(left[-1], right[0]):
            return True
        reach = min(len(left), self.longest - 1)
        return any(self._reaches(left[len(left) - n :], right) for n in range(1, reach + 1))

    def _meet(self, left: str, right: str) -> bool:
        """Whether what is not in the vocabulary makes a token, or touches others, over a border."""
        is_known = (left in self.entries, right in self.entries)
        return (self.unknown is Unknown.JOINED and not any(is_known)) or (
            self.unknown is Unknown.DROPPED and not all(is_known)
        )

    @cached_property
    def longest(self) -> int:
        """The characters of the longest entry."""
        return max(map(len, self.entries), default=0)

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(pairwise("\0".join(self.entries)))

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.entries)

    def _reaches(self, head: str, right: str) -> bool:
        """Whether an entry begins with `head` and goes on with `right`, as far as that is known."""
        for end in range(1, len(right) + 1):
            start = head + right[:end]
            at = bisect_left(self._sorted, start)
            if at == len(self._sorted) or not self._sorted[at].startswith(start):
                return False
            if self._sorted[at] == start:
                return True
        return True


def vocabulary(backend: tokenizers.Tokenizer) -> Vocabulary | None:
    """The vocabulary of a model that puts words together from its entries alone; None for any other."""
    from tokenizers.models import BPE, Unigram

    model = backend.model
    if isinstance(model, BPE):
        if model.end_of_word_suffix or model.continuing_subword_prefix or model.dropout:
            return None
        entries = frozenset(backend.get_vocab(with_added_tokens=False))
        has_bytes = bool(model.byte_fallback) and entries >= _BYTES and not _merges_bytes(entries)
        return Vocabulary(entries, Unknown.APART if has_bytes else _unknown(model))
    if isinstance(model, Unigram):
        return _unigram(json.loads(model.__getstate__()))
    return None


def _unknown(model: models.BPE) -> Unknown:
    if not model.unk_token:
        return Unknown.DROPPED
    return Unknown.JOINED if model.fuse_unk else Unknown.APART


def _merges_bytes(entries: frozenset[str]) -> bool:
    return any(">" in entry[:-1] and _BYTE in entry and entry not in _BYTES for entry in entries)


def _unigram(state: dict[str, Any]) -> Vocabulary | None:
    """Paths are compared by sums of scores: they must come out alike wherever a text begins."""
    scores = [float(score) for _, score in state["vocab"]]
    if not all((score * _EXACT).is_integer() and abs(score) < _MOST for score in scores):
        return None
    return Vocabulary(frozenset(entry for entry, _ in state["vocab"]), Unknown.JOINED)
