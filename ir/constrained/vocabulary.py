"""The printable part of a tokenizer's vocabulary, and which of it a pattern allows next.

Used by the hash model alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..target import Tokenizer
from .regex import NOTHING, Regex, after
from .tree import Node, TokenTree, tree


class Vocabulary:
    """Tokens that are whole printable text by themselves; control and end tokens are not."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        texts = TokenTree.of(tokenizer).texts.items()
        self.texts = {id: text for id, text in texts if all(map(_is_printable, text))}
        self.ids = tuple(self.texts)
        self._root = tree(self.texts.items())
        self._allowed: dict[Regex, tuple[int, ...]] = {}
        if not self.ids:
            raise ValueError("a tokenizer without a printable token")

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Vocabulary:
        """The vocabulary of a tokenizer, made once per tokenizer."""
        if tokenizer.digest not in _MADE:
            if len(_MADE) >= _MOST_KEPT:
                _MADE.pop(next(iter(_MADE)))
            _MADE[tokenizer.digest] = cls(tokenizer)
        return _MADE[tokenizer.digest]

    def allowed(self, state: Regex) -> tuple[int, ...]:
        """The tokens whose whole text may follow, in order of their ids."""
        if state not in self._allowed:
            if len(self._allowed) >= _MOST_STATES:
                self._allowed.clear()
            self._allowed[state] = tuple(sorted(_walk(self._root, state)))
        return self._allowed[state]


_MOST_KEPT = 8
_MOST_STATES = 4096
_MADE: dict[str, Vocabulary] = {}


def _is_printable(char: str) -> bool:
    return char.isprintable() or char == "\n"


def _walk(node: Node, state: Regex) -> Iterator[int]:
    for char, child in node.next.items():
        reached = after(state, char)
        if reached != NOTHING:
            yield from child.ids
            yield from _walk(child, reached)
