"""Where a line can't be read on: the token, its neighbours, and what stands before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lark import Token


@dataclass(frozen=True)
class Place:
    """The token at which the line `tokens[line:end]` can't be read on."""

    tokens: Sequence[Token]
    line: int
    at: int
    end: int

    @property
    def token(self) -> Token:
        """The token that does not fit."""
        return self.tokens[self.at]

    @property
    def first(self) -> Token:
        """The first token of the line."""
        return self.tokens[self.line]

    @property
    def before(self) -> Token | None:
        """The token before, in the same line."""
        return self.tokens[self.at - 1] if self.at > self.line else None

    @property
    def following(self) -> Token | None:
        """The token after, in the same line."""
        return self.tokens[self.at + 1] if self.at + 1 < self.end else None

    @property
    def read(self) -> Sequence[Token]:
        """What stands before the token."""
        return self.tokens[self.line : self.at]

    def kind_before(self) -> str:
        """The kind of the token before."""
        return self.before.type if self.before is not None else ""
