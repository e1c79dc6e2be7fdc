"""The tokens of a vocabulary as a tree of their texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..target import Tokenizer


class Node:
    """A node: the tokens that end here, and what may follow."""

    __slots__ = ("ids", "next")

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.next: dict[str, Node] = {}


class TokenTree:
    """Tokens that are whole text by themselves; control and end tokens are not among them."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        self.texts = texts
        self.root = tree(texts.items())
        self.longest = max(map(len, texts.values()), default=0)
        self._parts: dict[frozenset[str], Node] = {}

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> TokenTree:
        """The tree of a tokenizer, made once per tokenizer."""
        if tokenizer.digest not in _MADE:
            if len(_MADE) >= _MOST_KEPT:
                _MADE.pop(next(iter(_MADE)))
            _MADE[tokenizer.digest] = cls(_texts(tokenizer))
        return _MADE[tokenizer.digest]

    def holding(self, chars: frozenset[str]) -> Node:
        """The tree of those tokens that hold one of the characters."""
        if chars not in self._parts:
            holds = ((id, text) for id, text in self.texts.items() if not chars.isdisjoint(text))
            self._parts[chars] = tree(holds)
        return self._parts[chars]

    def beginning(self, text: str) -> Node | None:
        """The node of a text; None where no token begins with it."""
        node = self.root
        for char in text:
            if char not in node.next:
                return None
            node = node.next[char]
        return node


_MOST_KEPT = 8
_MADE: dict[str, TokenTree] = {}


def _texts(tokenizer: Tokenizer) -> dict[int, str]:
    hidden = frozenset(tokenizer.special.values()) | tokenizer.eos_ids
    texts = ((id, _text_of(tokenizer.token_bytes(id))) for id in range(tokenizer.vocab_size))
    return {id: text for id, text in texts if text and id not in hidden}


def _text_of(piece: bytes) -> str:
    """The text of a token, or nothing if its bytes are no text by themselves."""
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return ""


def tree(texts: Iterable[tuple[int, str]]) -> Node:
    """The tree of some tokens."""
    root = Node()
    for id, text in texts:
        node = root
        for char in text:
            following = node.next.get(char)
            if following is None:
                following = node.next[char] = Node()
            node = following
        node.ids.append(id)
    return root
