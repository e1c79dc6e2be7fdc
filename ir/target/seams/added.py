"""Added tokens at a border: those that are found in the text before anything else is done with it.

They are matched from the left, the longest first, so that a border that none of them can span parts the text for
them. Some also take white space along, or count between words alone: they see one character further.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ..control import ControlToken


@dataclass(frozen=True)
class AddedTokens:
    """The added tokens of a tokenizer, as borders see them.

    `pairs` are neighbours inside of a token; `takes_right` ends of tokens that swallow what white space
    follows, `takes_left` beginnings of those that swallow what precedes; `alone`: edges of tokens that are no part of
    a word.
    """

    pairs: frozenset[tuple[str, str]] = frozenset()
    takes_right: frozenset[str] = frozenset()
    takes_left: frozenset[str] = frozenset()
    begins_alone: frozenset[str] = frozenset()
    ends_alone: frozenset[str] = frozenset()

    @classmethod
    def of(cls, plain: Iterable[ControlToken], control: Iterable[ControlToken]) -> AddedTokens:
        """`plain` are found in all text; of `control` tokens, which are found apart, what they see around them."""
        plain = [token for token in plain if token.content]
        every = [*plain, *control]
        return cls(
            frozenset(pair for token in plain for pair in pairwise(token.content)),
            frozenset(token.content[-1] for token in plain if token.rstrip),
            frozenset(token.content[0] for token in every if token.lstrip),
            frozenset(token.content[0] for token in every if token.single_word),
            frozenset(token.content[-1] for token in plain if token.single_word),
        )

    def see(self, left: str, right: str) -> bool:
        """Whether a token may span the border, or see something on the other side of it."""
        return (
            (left, right) in self.pairs
            or (right.isspace() and _may_end(left, self.takes_right))
            or (left.isspace() and _may_begin(right, self.takes_left))
            or right in self.begins_alone
            or left in self.ends_alone
        )


def _may_end(left: str, ends: frozenset[str]) -> bool:
    """Whether a token with white space after it may end with this character."""
    return left in ends or (bool(ends) and left.isspace())


def _may_begin(right: str, beginnings: frozenset[str]) -> bool:
    return right in beginnings or (bool(beginnings) and right.isspace())
