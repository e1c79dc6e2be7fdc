"""Output of a declared type, part by part: no token spans two parts, forced text has its canonical tokens.

What may come next is a set of threads. A literal thread stands inside forced text or inside one of several literals; a
free thread stands inside text that the model chooses. Where free text may end, the threads of what follows it stand
beside it: the model ends a string by choosing the first token of what comes after the string.

    {"name": "Ada", "n": 12}      forced   {"name": "     free   Ada     forced   ", "n":      free   12     forced   }
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ....ir.constrained.shape import Forced, Free, Many, OneOf, OutputPart
from ....ir.target import Part, Tokenizer
from .protocol import Bits, MakeMatcher, Matcher, allow, forbid, is_allowed


@dataclass(frozen=True, slots=True)
class More:
    """Inside a list, after an item: another item or the end."""

    item: tuple[OutputPart, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Inside a list, at its start: an item or the end."""

    item: tuple[OutputPart, ...]


Rest = tuple["OutputPart | More | Items", ...]


@dataclass(slots=True)
class Literal:
    """Inside fixed tokens, `at` of them done; `rest` follows."""

    tokens: tuple[int, ...]
    at: int
    rest: Rest


@dataclass(slots=True)
class FreeText:
    """Inside text that the model chooses; `rest` follows. `bits`: what it allows, if `is_asked` since it advanced."""

    matcher: Matcher
    rest: Rest
    bits: Bits | None = None
    is_asked: bool = False


class End:
    """The output may end here."""


Thread = Literal | FreeText | End


class PartsGrammar:
    """The parts of one type, with their free patterns compiled."""

    def __init__(
        self,
        parts: tuple[OutputPart, ...],
        tokenizer: Tokenizer,
        regex: Callable[[str], MakeMatcher],
    ) -> None:
        self.parts = parts
        self.ends = sorted(tokenizer.eos_ids)
        self._tokenizer = tokenizer
        self._patterns = {pattern: regex(pattern) for pattern in _patterns(parts)}
        self.encode = lru_cache(maxsize=1024)(self._encode)

    def matcher(self) -> PartsMatcher:
        """A matcher at the start."""
        return PartsMatcher(self)

    def begin(self, rest: Rest) -> list[Thread]:
        """The ways in which `rest` may go on."""
        text = ""
        while rest and isinstance(rest[0], Forced | Many):
            head, rest = rest[0], rest[1:]
            text += head.text if isinstance(head, Forced) else "["
            if isinstance(head, Many):
                rest = (Items(head.item), *rest)
        if text:
            return [Literal(self.encode(text), 0, rest)]
        return self._choices(rest) if rest else [End()]

    def _choices(self, rest: Rest) -> list[Thread]:
        head, rest = rest[0], rest[1:]
        match head:
            case Free(pattern):
                return self.open(FreeText(self._patterns[pattern](), rest))
            case OneOf(options):
                return [
                    thread
                    for text, parts in options
                    for thread in self._chosen(text, (*parts, *rest))
                ]
            case Items(item):
                return [*self._chosen("]", rest), *self.begin((*item, More(item), *rest))]
            case More(item):
                return [*self._chosen("]", rest), *self._chosen(", ", (*item, More(item), *rest))]
            case _:
                raise AssertionError(head)

    def open(self, free: FreeText) -> list[Thread]:
        """A free thread, and beside it what follows where it may end."""
        return [free, *self.begin(free.rest)] if free.matcher.can_end else [free]

    def _chosen(self, text: str, rest: Rest) -> list[Thread]:
        return [Literal(self.encode(text), 0, rest)] if text else self.begin(rest)

    def _encode(self, text: str) -> tuple[int, ...]:
        return self._tokenizer.encode((Part(text, False),), continuation=True)


class PartsMatcher:
    """One sequence."""

    def __init__(self, grammar: PartsGrammar) -> None:
        self._grammar = grammar
        self._threads = grammar.begin(grammar.parts)

    @property
    def is_finished(self) -> bool:
        """Whether the end is all that may follow."""
        return all(isinstance(thread, End) for thread in self._threads)

    @property
    def can_end(self) -> bool:
        """Whether the end may follow."""
        return any(isinstance(thread, End) for thread in self._threads)

    def forced(self) -> tuple[int, ...]:
        """The rest of the only literal there is, and what must follow that."""
        tokens: tuple[int, ...] = ()
        threads = self._threads
        while len(threads) == 1 and isinstance(threads[0], Literal):
            literal = threads[0]
            tokens += literal.tokens[literal.at :]
            threads = self._grammar.begin(literal.rest)
        return tokens

    def accept(self, token: int) -> bool:
        """Advance the threads that take the token, and drop the others."""
        threads = [after for thread in self._threads for after in self._after(thread, token)]
        if not threads:
            return self.can_end and token in self._grammar.ends
        self._threads = threads
        return True

    def fill(self, bits: Bits) -> None:
        """What any thread allows."""
        bits.fill(0)
        for thread in self._threads:
            if isinstance(thread, FreeText):
                thread.bits = thread.bits if thread.bits is not None else np.zeros_like(bits)
                thread.matcher.fill(thread.bits)
                thread.is_asked = True
                for end in self._grammar.ends:
                    forbid(thread.bits, end)
                np.bitwise_or(bits, thread.bits, out=bits)
        for thread in self._threads:
            if isinstance(thread, Literal):
                allow(bits, thread.tokens[thread.at])
            elif isinstance(thread, End):
                for end in self._grammar.ends:
                    allow(bits, end)

    def _after(self, thread: Thread, token: int) -> list[Thread]:
        match thread:
            case Literal(tokens, at, rest) if tokens[at] == token:
                return (
                    [Literal(tokens, at + 1, rest)]
                    if at + 1 < len(tokens)
                    else self._grammar.begin(rest)
                )
            case FreeText(matcher) if not self._refuses(thread, token) and matcher.accept(token):
                thread.is_asked = False
                return self._grammar.open(thread)
            case _:
                return []

    def _refuses(self, thread: FreeText, token: int) -> bool:
        return thread.is_asked and thread.bits is not None and not is_allowed(thread.bits, token)


def _patterns(parts: tuple[OutputPart, ...]) -> set[str]:
    """The free patterns of parts, those inside choices and lists too."""
    found: set[str] = set()
    for part in parts:
        match part:
            case Free(pattern):
                found.add(pattern)
            case OneOf(options):
                found.update(*(_patterns(inside) for _, inside in options))
            case Many(item):
                found |= _patterns(item)
            case Forced():
                pass
    return found
