"""A prompt as tokens: ids that nothing can change any more, and the text that is not settled yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .growing import GrowingIds
from .parts import Part
from .tokenizer import Tokenizer


@dataclass(frozen=True, slots=True)
class TokenPrompt:
    """An immutable prompt. `settled` are final ids, up to the last safe seam; `tail` follows them.

    `continuation`: the tail follows other ids than BOS. After generated ids the tail is a text of its
    own; before the first ones the ids are those of the whole text. What is settled is never tokenized again,
    and appending copies none of it.
    """

    _ids: GrowingIds = field(default_factory=GrowingIds)
    tail: tuple[Part, ...] = ()
    continuation: bool = False

    @classmethod
    def start(cls, tokenizer: Tokenizer, bos: bool = True) -> TokenPrompt:
        """The empty prompt; with `bos`, it starts as the tokenizer starts a text."""
        return cls(GrowingIds(tokenizer.bos_ids if bos else ()))

    @classmethod
    def said(cls, ids: tuple[int, ...]) -> TokenPrompt:
        """The prompt of ids to which nothing belongs any more, as after what a model said."""
        return cls(GrowingIds(ids), (), True)

    @property
    def settled(self) -> tuple[int, ...]:
        """The final ids."""
        return self._ids.whole

    @property
    def count(self) -> int:
        """How many ids are settled."""
        return self._ids.count

    def append(self, tokenizer: Tokenizer, part: Part) -> TokenPrompt:
        """The prompt with more text; settles what can be settled."""
        tried = sum(len(old.text) for old in self.tail)
        parts = (*self.tail, part)
        ids, tail = tokenizer.settle(parts, continuation=self.continuation, tried=tried)
        return TokenPrompt(self._ids.then(ids), tail, self.continuation or bool(ids))

    def extend(self, ids: Iterable[int]) -> TokenPrompt:
        """The prompt with generated ids; only for one without a tail, as `fixed` makes it."""
        if self.tail:
            raise ValueError(
                "generated ids can't follow text that is not settled: call `fixed` first"
            )
        return TokenPrompt(self._ids.then(tuple(ids)), (), True)

    def ids(self, tokenizer: Tokenizer) -> tuple[int, ...]:
        """The ids that a call on this prompt is asked with."""
        return self.settled + tokenizer.encode(self.tail, continuation=self.continuation)

    def fixed(self, tokenizer: Tokenizer) -> TokenPrompt:
        """The same prompt with its tail as ids: nothing merges across this edge from here on."""
        ids = tokenizer.encode(self.tail, continuation=self.continuation)
        return TokenPrompt(self._ids.then(ids), (), True)
