"""Output of a declared type, as an engine follows it: a pattern's own masks inside of free text, and what may be
chosen at its borders (`ir/constrained/writing.py`).

Inside free text a grammar backend says which tokens may come, byte by byte. Where free text may end, the tokens that
end it stand beside these; what is written for one of them is canonical, and is not decoded.
"""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ....ir.constrained.graph import Open, Place, Read
from ....ir.constrained.parts import OutputPart
from ....ir.constrained.writing import Places, Writing
from ....ir.target import Part, Tokenizer
from .protocol import Bits, MakeMatcher, Matcher, allow, forbid, is_allowed


class PartsGrammar:
    """The parts of one type, with their free patterns compiled. `loose`: they are JSON, whose white space is free."""

    def __init__(
        self,
        parts: tuple[OutputPart, ...],
        tokenizer: Tokenizer,
        regex: Callable[[str], MakeMatcher],
        loose: bool = True,
    ) -> None:
        self.writing = Writing(parts, tokenizer, loose)
        self.graph = self.writing.graph
        self.ends = sorted(tokenizer.eos_ids)
        self.token_bytes = tokenizer.token_bytes
        self._tokenizer = tokenizer
        self._patterns = {
            node.pattern: regex(node.pattern) for node in self.graph.nodes if isinstance(node, Open)
        }
        self._borders: dict[tuple[Places, int], Bits] = {}

    def matcher(self) -> PartsMatcher:
        """A matcher at the start."""
        return PartsMatcher(self)

    def inside(self, place: Place, text: str) -> Free:
        """A matcher of the pattern at a place, after `text`."""
        node = self.graph.nodes[place.node]
        assert isinstance(node, Open)
        matcher = self._patterns[node.pattern]()
        for token in self._tokenizer.encode((Part(text, False),), continuation=True):
            matcher.accept(token)
        return Free(matcher)

    def borders(self, places: Places, width: int) -> Bits:
        """The mask of what may be chosen at some places, but for what stays inside of free text."""
        key = (places, width)
        if key not in self._borders:
            bits = self._borders[key] = np.zeros(width, dtype=np.int32)
            for token in self.writing.borders(places):
                allow(bits, token)
            for end in self.ends if self.graph.may_stop(places) else ():
                allow(bits, end)
        return self._borders[key]


@dataclass(slots=True)
class Free:
    """Inside free text. `bits`: what it allows, if that was asked since it advanced."""

    matcher: Matcher
    bits: Bits | None = None

    def allowed(self, width: int, ends: list[int]) -> Bits:
        """The mask of what may go on; that the text may end is not said here."""
        if self.bits is None:
            self.bits = np.zeros(width, dtype=np.int32)
            self.matcher.fill(self.bits)
            for end in ends:
                forbid(self.bits, end)
        return self.bits

    def accept(self, token: int) -> bool:
        """Take a token."""
        is_refused = self.bits is not None and not is_allowed(self.bits, token)
        self.bits = None if not is_refused else self.bits
        return not is_refused and self.matcher.accept(token) is not None


class PartsMatcher:
    """One sequence: tokens that are due, then the places where the model chooses."""

    def __init__(self, grammar: PartsGrammar) -> None:
        self._grammar = grammar
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        due, self._places, _ = grammar.writing.start
        self._due = deque(due)  # may be long: a literal of the schema is due at once
        self._free = self._opened({})

    @property
    def is_finished(self) -> bool:
        """Whether the end is all that may follow."""
        return self.can_end and len(self._places) == 1 and not self._free

    @property
    def can_end(self) -> bool:
        """Whether the end may follow."""
        return self._may_choose and self._grammar.graph.may_stop(self._places)

    def forced(self) -> tuple[int, ...]:
        """The tokens that are due."""
        return tuple(self._due)

    def accept(self, token: int) -> int | None:
        """Take a chosen token; returns the one that is written for it, None if it is not allowed."""
        if self._due:
            return self._due.popleft() if token == self._due[0] else None
        if self._may_choose and (written := self._choose(token)):
            self._due.extend(written)
            return self._due.popleft()
        if token in self._grammar.ends:
            return token if self.can_end else None
        return token if self._go_on(token) else None

    def fill(self, bits: Bits) -> None:
        """Write which tokens are allowed now."""
        bits.fill(0)
        if self._due:
            allow(bits, self._due[0])
            return
        if self._may_choose:
            bits[:] = self._grammar.borders(self._places, len(bits))
        for free in self._free.values():
            np.bitwise_or(bits, free.allowed(len(bits), self._grammar.ends), out=bits)

    @property
    def _may_choose(self) -> bool:
        """Whether nothing is due, and no character is half written."""
        return not self._due and not self._decoder.getstate()[0]

    def _choose(self, token: int) -> tuple[int, ...]:
        """Take a token that is text by itself; returns what is written for it, nothing if it is not allowed."""
        written = self._grammar.writing.choose(self._places, token)
        if written is None:
            return ()
        reads = [read for read in written.reads if read.entered or self._stays(read.place, token)]
        if written.reads and not reads:
            return ()
        places = written.places
        if len(reads) < len(written.reads):
            places = self._grammar.graph.opened(read.place for read in reads)
        self._places = places
        self._free = self._opened({read.place: read for read in reads})
        return written.tokens

    def _stays(self, place: Place, token: int) -> bool:
        """Whether the free text at a place goes on by a token; what is no free text has nothing to say."""
        free = self._free.get(place.node)
        return free is None or free.accept(token)

    def _opened(self, reads: Mapping[Place, Read]) -> dict[int, Free]:
        """The free text at the present places: gone on with, or begun."""
        grammar = self._grammar
        found: dict[int, Free] = {}
        for place in self._places:
            if isinstance(grammar.graph.nodes[place.node], Open):
                read = reads.get(place)
                goes_on = read is not None and not read.entered
                found[place.node] = (
                    self._free[place.node]
                    if goes_on
                    else grammar.inside(place, read.inside if read else "")
                )
        return found

    def _go_on(self, token: int) -> bool:
        """Take a token that is part of a character, inside of free text."""
        going = {node: free for node, free in self._free.items() if free.accept(token)}
        if not going:
            return False
        text = self._decoder.decode(self._grammar.token_bytes(token))
        self._free = going
        inside = [place for place in self._places if place.node in going]
        self._places = self._grammar.graph.inside(inside, text)
        return True
