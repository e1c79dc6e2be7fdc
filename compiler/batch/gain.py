"""What an order of a batch is predicted to save: prompts of all rows as tokens, in one prefix tree.

Exact for prompts that the arguments say whole; of others the part that is known counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from ...ir.target import Part, Tokenizer, TokenPrompt
from .foreseen import Foreseen

MAX_CHARACTERS = 8_000_000
"""Longer batches are ordered, but nothing is predicted: tokenizing them twice takes too long."""

Ids = tuple[int, ...]


class Gain(NamedTuple):
    """Prefilled tokens of what is known of a batch's prompts, as given and as ordered.

    `as_laid_out` and `ordered`: a cache that keeps everything, so that only the order of sections
    counts. `one_as_given` and `one_ordered`: a cache that holds the last prompt alone, so that the
    order of rows counts too.
    """

    as_laid_out: int
    ordered: int
    one_as_given: int
    one_ordered: int

    @property
    def saved(self) -> int:
        """Tokens that are prefilled less, given an endless cache."""
        return self.as_laid_out - self.ordered


Laid = tuple[bool, tuple[Part, ...], bool]
"""A prompt with its sections in order: BOS or not, its parts, and whether more follows."""


class Encoder:
    """Prompts as token ids, each distinct one encoded once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[Laid, Ids] = {}

    def ids(self, prompt: Laid) -> Ids:
        """The ids that a call is asked with; of a prompt that goes on, those that are settled."""
        found = self._known.get(prompt)
        if found is None:
            found = self._known[prompt] = self._encoded(prompt)
        return found

    def _encoded(self, prompt: Laid) -> Ids:
        bos, parts, is_cut = prompt
        start = TokenPrompt.start(self._tokenizer, bos).settled
        if is_cut:
            return start + self._tokenizer.settle(parts)[0]
        return start + self._tokenizer.encode(parts)


def characters(rows: Sequence[Sequence[Foreseen]]) -> int:
    """How long the prompts of all rows are together."""
    return sum(
        len(part.text)
        for prompts in rows
        for prompt in prompts
        for item in prompt.items
        for part in ((item,) if isinstance(item, Part) else itertools.chain(*item.texts))
    )


def tree_size(sequences: Sequence[Ids]) -> int:
    """How many positions the prefix tree of all sequences has."""
    ordered = sorted(sequences)
    shared = sum(common(one, other) for one, other in itertools.pairwise(ordered))
    return sum(map(len, ordered)) - shared


def one_prompt_cache(sequences: Sequence[Ids]) -> int:
    """What is prefilled when a cache holds the last prompt alone."""
    shared = sum(common(one, other) for one, other in itertools.pairwise(sequences))
    return sum(map(len, sequences)) - shared


def common(one: Ids, other: Ids) -> int:
    """How many leading ids two sequences share."""
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))
