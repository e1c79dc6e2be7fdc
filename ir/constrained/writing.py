"""Which tokens a model may choose of constrained output, and which tokens are written for its choice.

A choice is a token of the model's own: where a string may end, `"`, `",` and `"` with a line end are all choices to
end it. What is written is canonical: the token itself where its text is, since what is said next hangs on the tokens
that were said and not on their text alone; then the text that the choice made certain, in the tokens that the tokenizer
gives it. The last of these are left open where a token of the model's could span what they end with and what it chooses
next, so that its next choice is asked for where it would make it itself:

    {"age": 4, "ok": true}

    written `{"age":`   chosen ` ` or ` -`   chosen `4`   chosen `,`   written `, "ok":`   chosen ` true`
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..target import Part, Tokenizer
from .beginnings import common_length
from .graph import SPACE, Graph, Open, Place, Read
from .parts import OutputPart
from .tree import Node, TokenTree

Places = tuple[Place, ...]


class Written(NamedTuple):
    """What is written for a choice: tokens, the places after them, and how the model came there."""

    tokens: tuple[int, ...]
    places: Places
    reads: tuple[Read, ...] = ()


class Writing:
    """The output of some parts over one tokenizer; shared by all who write it."""

    def __init__(
        self, parts: tuple[OutputPart, ...], tokenizer: Tokenizer, loose: bool = True
    ) -> None:
        self.graph = Graph(parts, loose)
        self.tree = TokenTree.of(tokenizer)
        self._tokenizer = tokenizer
        self._chosen: dict[tuple[Places, int], Written | None] = {}
        self._borders: dict[Places, tuple[int, ...]] = {}
        self._settled: dict[tuple[str, int, Places, Places], Written] = {}
        self.start = self._begin((self.graph.start,))

    def choose(self, places: Places, token: int) -> Written | None:
        """What is written for a token that is chosen at some places; None if it is not allowed there."""
        key = (places, token)
        if key not in self._chosen:
            if len(self._chosen) >= _MOST_KEPT:
                self._chosen.clear()
            text = self.tree.texts.get(token)
            self._chosen[key] = None if text is None else self._write(places, token, text)
        return self._chosen[key]

    def borders(self, places: Places) -> tuple[int, ...]:
        """The tokens that may be chosen, but for those that stay inside a pattern."""
        if places not in self._borders:
            found = sorted(set(self._find_borders(places)))
            self._borders[places] = tuple(t for t in found if self._says_something(places, t))
        return self._borders[places]

    # --- choosing -------------------------------------------------------------------------------

    def _find_borders(self, places: Places) -> Iterator[int]:
        fixed: list[Place] = []
        for place in self.graph.opened(places):
            node = self.graph.nodes[place.node]
            if not isinstance(node, Open):
                fixed.append(place)
            else:
                yield from self._leaving(self._tree_for(node), [Read("", place)])
        yield from self._leaving(self.tree.root, [Read("", place) for place in fixed])

    def _tree_for(self, node: Open) -> Node:
        """The tokens that may leave a pattern; where white space leads out, a pattern takes few, and all are tried."""
        exits = self.graph.exits(node)
        is_narrow = node.gap or not exits.isdisjoint(SPACE)
        return self.tree.root if is_narrow else self.tree.holding(exits)

    def _leaving(self, node: Node, reads: list[Read]) -> Iterator[int]:
        """The tokens below a node that are read, and not wholly inside the pattern in which the reader began."""
        for char, child in node.next.items():
            after = list(dict.fromkeys(self.graph.further(reads, char)))
            if after:
                if not all(map(self._is_inside, after)):
                    yield from child.ids
                yield from self._leaving(child, after)

    def _says_something(self, places: Places, token: int) -> bool:
        """Whether a token makes some text certain. White space may say nothing, and is then no choice."""
        written, chosen = _longest(self.graph.read(places, self.tree.texts[token]))
        return bool(written or self.graph.certain(read.place for read in chosen)[0])

    def _is_inside(self, read: Read) -> bool:
        """Whether the reader has not left the pattern in which it began."""
        return (
            isinstance(self.graph.nodes[read.place.node], Open)
            and not read.entered
            and bool(read.inside)
            and read.inside == read.written
        )

    # --- writing --------------------------------------------------------------------------------

    def _write(self, places: Places, token: int, text: str) -> Written | None:
        reads = self.graph.read(self.graph.opened(places), text)
        if not reads:
            return None
        written, chosen = _longest(reads)
        more, trail = self.graph.certain(dict.fromkeys(read.place for read in chosen))
        if not written + more:
            return None
        if written == text:
            rest = self._settle(more, 0, trail, least=0)
            done = Written((token, *rest.tokens), rest.places)
        else:
            done = self._settle(written + more, len(written), trail)
        return done if more else done._replace(reads=chosen)

    def _begin(self, places: Places) -> Written:
        more, trail = self.graph.certain(places)
        return self._settle(more, 0, trail, least=0)

    def _settle(self, text: str, chosen: int, trail: Sequence[Places], least: int = 1) -> Written:
        """The tokens of a text up to the last border that no token spans, at least `chosen` and `least` characters."""
        key = (text, max(chosen, least), trail[0], trail[-1])
        if key not in self._settled:
            tokens = self._encode(text)
            ends = _ends(self._bytes(tokens), text)
            keep = len(tokens)
            if ends and len(trail) > 1:
                keep = self._stable(text, tokens, len(text) - chosen, trail)
                keep = _reach(ends, keep, max(chosen, least))
            cut = ends[keep - 1] if keep and ends else (len(text) if keep else 0)
            self._settled[key] = Written(tokens[:keep], self.graph.opened(trail[cut - chosen]))
        return self._settled[key]

    def _stable(
        self, text: str, tokens: Sequence[int], length: int, trail: Sequence[Places]
    ) -> int:
        """How many tokens of `text` stay as they are whatever canonical text follows its last `length` characters."""
        keep = len(tokens)
        for start in range(len(text) - min(length, self.tree.longest), len(text)):
            node = self.tree.beginning(text[start:])
            for more in self._spanning(node, trail[-1]) if node else ():
                keep = min(keep, common_length(tokens, self._encode(text + more)))
        return keep

    def _spanning(self, node: Node, places: Places) -> Iterator[str]:
        """With what tokens below a node go on, where it may come next."""
        opened = [Read("", place) for place in self.graph.opened(places)]
        stack = [(node, "", opened)]
        while stack:
            node, text, reads = stack.pop()
            for char, child in node.next.items():
                after = [r for r in self.graph.further(reads, char) if r.written == text + char]
                if after:
                    if child.ids:
                        yield text + char
                    stack.append((child, text + char, list(dict.fromkeys(after))))

    def _encode(self, text: str) -> tuple[int, ...]:
        return self._tokenizer.encode((Part(text, False),), continuation=True)

    def _bytes(self, tokens: Iterable[int]) -> list[bytes]:
        return [self._tokenizer.token_bytes(token) for token in tokens]


_MOST_KEPT = 1 << 14


def _longest(reads: Iterable[Read]) -> tuple[str, tuple[Read, ...]]:
    """The longest text that was written for what was read, and the ways to read it so."""
    reads = tuple(reads)
    written = max((read.written for read in reads), key=len)
    return written, tuple(read for read in reads if read.written == written)


def _ends(pieces: Sequence[bytes], text: str) -> list[int]:
    """After how many characters each token ends, 0 inside of one; nothing where the tokens are not the text."""
    if b"".join(pieces) != text.encode():
        return []
    ends, done = list[int](), 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    for piece in pieces:
        done += len(decoder.decode(piece))
        ends.append(0 if decoder.getstate()[0] else done)
    return ends


def _reach(ends: Sequence[int], keep: int, least: int) -> int:
    """The count of tokens next to `keep` that ends after `least` characters, and between two characters."""
    while keep and not ends[keep - 1]:
        keep -= 1
    if (keep and ends[keep - 1] >= least) or not least:
        return keep
    return next(n + 1 for n, end in enumerate(ends) if end >= least)
