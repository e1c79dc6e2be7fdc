"""The printable part of a tokenizer's vocabulary, and which of it a pattern allows next.

Used by the hash model alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..target import Tokenizer
from .regex import NOTHING, Regex, after


class _Node:
    """A node of the tree of token texts."""

    __slots__ = ("ids", "next")

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.next: dict[str, _Node] = {}


class Vocabulary:
    """Tokens that are whole printable text by themselves; control and end tokens are not."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        hidden = frozenset(tokenizer.special.values()) | tokenizer.eos_ids
        texts = ((id, _text_of(tokenizer.token_bytes(id))) for id in range(tokenizer.vocab_size))
        self.texts = {id: text for id, text in texts if text and id not in hidden}
        self.ids = tuple(self.texts)
        self._root = _tree(self.texts)
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


def _text_of(piece: bytes) -> str:
    """The text of a token, or nothing if it is not printable text by itself."""
    try:
        text = piece.decode()
    except UnicodeDecodeError:
        return ""
    return text if all(char.isprintable() or char == "\n" for char in text) else ""


def _tree(texts: dict[int, str]) -> _Node:
    root = _Node()
    for id, text in texts.items():
        node = root
        for char in text:
            node = node.next.setdefault(char, _Node())
        node.ids.append(id)
    return root


def _walk(node: _Node, state: Regex) -> Iterator[int]:
    for char, child in node.next.items():
        reached = after(state, char)
        if reached != NOTHING:
            yield from child.ids
            yield from _walk(child, reached)
