"""Where texts of one tokenizer may be cut, control tokens apart: all that it does to a text, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from itertools import product
from typing import Any

from .added import AddedTokens
from .normal import Normal, normal
from .splits import Border, Splits, splits
from .vocabulary import Vocabulary

LONG = 64
"""Characters after the last plain seam from which on it pays to look for one in the whole vocabulary."""
_FAR = 512  # characters in which it is looked for
_SIGHT = 2  # characters that decide on a place from its right side
_REMEMBERED = 1 << 16


class _Place(Enum):
    """A place between two characters: a seam, one that the vocabulary decides on, or none."""

    SEAM = "seam"
    IN_WORD = "in a word"
    NONE = "none"


@dataclass(frozen=True)
class SeamRule:
    """Where texts of one tokenizer may be cut. `None` for what is not known: then they are not.

    `added`: what added tokens see. `entries` gives the vocabulary where nothing cuts before the model.
    `dummy`: what a text may have in front of it for the model.
    """

    normal: Normal | None = None
    splits: Splits | None = None
    added: AddedTokens = field(default_factory=AddedTokens)
    entries: Callable[[], Vocabulary | None] = lambda: None
    dummy: str = ""
    _known: dict[tuple[str, str], _Place] = field(default_factory=dict, repr=False, compare=False)

    def last(self, text: str, floor: int, limit: int, tried: int = 0, back: int = 0) -> int | None:
        """The last safe seam of `text` in `(floor, limit]`, if any.

        In the first `tried` characters none was found, but in the last `back` of them something else stood against it.
        """
        if self.normal is None or self.splits is None:
            return None
        for at in range(min(limit, len(text) - 1), max(floor, tried - back - _SIGHT), -1):
            if self._place(text, at, floor) is _Place.SEAM:
                return at
        if len(text) - floor <= LONG or len(text) // LONG == tried // LONG:
            return None  # it was looked for not long ago
        return self._last_in_words(text, floor, limit, tried)

    def _last_in_words(self, text: str, floor: int, limit: int, tried: int) -> int | None:
        """The last seam in a long text without a plain one: where no entry of the vocabulary fits over it."""
        end = min(limit, len(text) - 1)
        places = (
            at
            for at in range(end, max(floor, tried - 2 * LONG, end - _FAR), -1)
            if self._place(text, at, floor) is _Place.IN_WORD
        )
        return next((at for at in places if not self._is_spanned(text, at, floor)), None)

    def _place(self, text: str, at: int, floor: int) -> _Place:
        """What the place before `text[at]` is, by the two characters there and what is around them."""
        assert self.normal is not None
        pair = text[at - 1], text[at]
        place = self._known.get(pair)
        if place is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            place = self._known[pair] = self._place_between(*pair)
        is_free = place is not _Place.NONE and self.normal.is_free(text, at, floor)
        return place if is_free else _Place.NONE

    def _place_between(self, left: str, right: str) -> _Place:
        if self.normal is None or self.splits is None or not self.splits.may_begin(right):
            return _Place.NONE
        if "\ud800" <= left <= "\udfff" or "\ud800" <= right <= "\udfff":
            return _Place.NONE  # lone surrogates may be joined
        sides = None if self.added.see(left, right) else self.normal.sides(left, right)
        if sides is None:
            return _Place.NONE
        places = {self._place_for_model(a, b) for a, b in product(*sides)}
        return places.pop() if len(places) == 1 else _Place.NONE

    def _place_for_model(self, left: str, right: str) -> _Place:
        """What the place between two characters of the normalized text is."""
        if self.splits is None or self.added.see(left, right):
            return _Place.NONE
        border, left, right = self.splits.at(left, right)
        if border is Border.JOINS or (border is Border.PARTS and self._vocabulary is None):
            return _Place.NONE
        if border is Border.PARTS and self._vocabulary and self._vocabulary.pairs(left, right):
            return _Place.NONE if self._shown is None else _Place.IN_WORD
        return _Place.SEAM

    @cached_property
    def _vocabulary(self) -> Vocabulary | None:
        return self.entries()

    def _is_spanned(self, text: str, at: int, floor: int) -> bool:
        vocabulary, shown = self._vocabulary, self._shown
        assert vocabulary is not None
        assert shown is not None
        start = max(floor, at - vocabulary.longest)
        front = self.dummy if start == floor else ""
        left = front + "".join(map(shown, text[start:at]))
        return vocabulary.spans(left, "".join(map(shown, text[at : at + vocabulary.longest])))

    @cached_property
    def _shown(self) -> Callable[[str], str] | None:
        """A character as the model sees it; None where that depends on others."""
        normal, splits = self.normal, self.splits
        if normal is None or normal.shown is None or splits is None or splits.each_word:
            return None
        by_normal = normal.shown
        return lambda char: "".join(map(splits.shown, by_normal(char)))


def seam_rule(
    normalizer: Mapping[str, Any] | None,
    pre_tokenizer: Mapping[str, Any] | None,
    added: AddedTokens,
    entries: Callable[[], Vocabulary | None],
) -> SeamRule:
    """The rule for a tokenizer, from the JSON forms of its normalizer and pre-tokenizer."""
    return SeamRule(normal(normalizer), splits(pre_tokenizer), added, entries, dummy="\u2581")
