"""The grammar backend over outlines-core: every constraint becomes one finite automaton over the tokens.

Masks are looked up, never computed; compiling walks the whole vocabulary and takes longest of the three. What is not
regular has no such automaton: grammars and recursive schemas are refused.

outlines-core 0.2.14 loses texts that go on after they could have ended (`(ab)+` gives `ab`, never `abab`), because
a text that is complete may only be extended to another complete one. So every expression gets a last character of
its own, with a pseudo-token that spells it: no text is complete before it, and the output may end where it may
follow.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import outlines_core
from outlines_core import json_schema

from .backend import GrammarBackend
from .protocol import Bits, ConstraintUnusable, MakeMatcher, allow

# The last character: no character at all, and the only one in practice whose bytes begin with LAST_BYTE.
LAST = "\U0010ffff"
LAST_BYTE = LAST.encode()[:1]
HELP = "choose `--grammar-backend xgrammar` or `llguidance`"


class OMatcher:
    """One sequence in one automaton."""

    def __init__(self, index: outlines_core.Index, ends: tuple[int, ...], last: int) -> None:
        self._index, self._state = index, index.get_initial_state()
        self._ends, self._last = ends, last

    @property
    def is_finished(self) -> bool:
        """Whether nothing but the end may follow."""
        return self.can_end and not self._allowed()

    @property
    def can_end(self) -> bool:
        """Whether what was taken so far is complete."""
        after = self._index.get_next_state(self._state, self._last)
        return after is not None and self._index.is_final_state(after)

    def forced(self) -> tuple[int, ...]:
        """Nothing: only where the grammar is ours do we know the tokens of forced text."""
        return ()

    def accept(self, token: int) -> int | None:
        """Take a token."""
        if token in self._ends:
            return token if self.can_end else None
        after = self._index.get_next_state(self._state, token)
        if after is None:
            return None
        self._state = after
        return token

    def fill(self, bits: Bits) -> None:
        """Write which tokens are allowed."""
        allowed = np.zeros(len(bits) * 32, dtype=np.uint8)
        allowed[self._allowed()] = 1
        bits[:] = np.packbits(allowed, bitorder="little").view(np.int32)
        for end in self._ends if self.can_end else ():
            allow(bits, end)

    def _allowed(self) -> list[int]:
        found = self._index.get_allowed_tokens(self._state) or []
        return [token for token in found if token < self._last]


class Outlines(GrammarBackend):
    """Compiles with outlines-core."""

    name = "outlines"

    def regex(self, pattern: str) -> MakeMatcher:
        """Compile a regular expression; look-around, back-references and anchors are refused."""
        return self._made("regex", lambda: pattern)

    def schema(self, schema: str) -> MakeMatcher:
        """Compile a JSON schema by way of a regular expression."""
        return self._made("JSON schema", lambda: json_schema.build_regex_from_schema(schema))

    def ebnf(self, grammar: str) -> MakeMatcher:
        """Refuse: a grammar need not be regular."""
        raise ConstraintUnusable(
            "outlines can't use this grammar: it knows regular languages only", HELP
        )

    def warm(self) -> None:
        """Hand the vocabulary to outlines-core."""
        _ = self._vocabulary

    def _made(self, what: str, make: Callable[[], str]) -> MakeMatcher:
        try:
            index = outlines_core.Index(f"(?:{make()}){LAST}", self._vocabulary)
        except Exception as error:  # pyo3 raises several kinds
            line = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ConstraintUnusable(f"outlines can't use this {what}: {line}", HELP) from error
        ends = tuple(sorted(self.tokenizer.eos_ids))
        return lambda: OMatcher(index, ends, self._last)

    @property
    def _last(self) -> int:
        """The pseudo-token, outside the vocabulary; the one after it is the end that outlines asks for."""
        return max(self.vocab, self.tokenizer.vocab_size)

    @cached_property
    def _vocabulary(self) -> outlines_core.Vocabulary:
        tokenizer = self.tokenizer
        special = {*tokenizer.special.values(), *tokenizer.eos_ids}
        by_bytes: dict[str | bytes, list[int]] = {LAST.encode(): [self._last]}
        for i in range(min(tokenizer.vocab_size, self.vocab)):
            if i not in special and (text := tokenizer.token_bytes(i)) and LAST_BYTE not in text:
                by_bytes.setdefault(text, []).append(i)
        return outlines_core.Vocabulary(self._last + 1, by_bytes)
