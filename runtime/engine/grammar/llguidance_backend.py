"""The grammar backend over llguidance: derivatives of regular expressions and an Earley parser, nothing precomputed.

Compiles in microseconds what xgrammar takes longer for, and spends more per mask. EBNF is rewritten as the Lark dialect
that llguidance reads.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import llguidance
import numpy as np
from llguidance.gbnf_to_lark import gbnf_to_lark

from ....ir.target import Part, Tokenizer
from .backend import GrammarBackend
from .protocol import Bits, ConstraintUnusable, MakeMatcher, allow

HELP = "choose `--grammar-backend xgrammar`, or write the constraint another way"


class LMatcher:
    """One sequence in one grammar."""

    def __init__(self, inner: llguidance.LLMatcher, ends: tuple[int, ...]) -> None:
        self._inner, self._ends = inner, ends

    @property
    def is_finished(self) -> bool:
        """Whether nothing but the end may follow."""
        return self._inner.is_stopped()

    @property
    def can_end(self) -> bool:
        """Whether what was taken so far is complete."""
        return self._inner.is_accepting()

    def forced(self) -> tuple[int, ...]:
        """Nothing: only where the grammar is ours do we know the tokens of forced text."""
        return ()

    def accept(self, token: int) -> int | None:
        """Take a token; one that is not allowed would leave the matcher in an error for good."""
        if token in self._ends:
            return token if self.can_end else None
        is_allowed = self._inner.validate_tokens([token]) == 1
        return token if is_allowed and self._inner.consume_token(token) else None

    def fill(self, bits: Bits) -> None:
        """Write which tokens are allowed."""
        bits.fill(0)
        if not self.is_finished:
            found = np.frombuffer(self._inner.compute_bitmask(), dtype=np.int32)
            size = min(
                len(bits), len(found)
            )  # theirs ends with the tokenizer, ours with the model's vocabulary
            bits[:size] = found[:size]
        for end in self._ends if self.can_end else ():
            allow(bits, end)


class LlGuidance(GrammarBackend):
    """Compiles and masks with llguidance."""

    name = "llguidance"

    def regex(self, pattern: str) -> MakeMatcher:
        """Compile a regular expression; look-around and back-references are refused."""
        return self._made("regex", lambda: llguidance.LLMatcher.grammar_from_regex(pattern))

    def schema(self, schema: str) -> MakeMatcher:
        """Compile a JSON schema; keywords that llguidance does not know are refused."""
        from_schema = llguidance.LLMatcher.grammar_from_json_schema
        return self._made("JSON schema", lambda: from_schema(schema))

    def ebnf(self, grammar: str) -> MakeMatcher:
        """Compile a grammar."""
        return self._made("grammar", lambda: _from_ebnf(grammar))

    def warm(self) -> None:
        """Hand the vocabulary to llguidance."""
        _ = self._inner_tokenizer

    def _made(self, what: str, make: Callable[[], str]) -> MakeMatcher:
        try:
            first = llguidance.LLMatcher(self._inner_tokenizer, make(), log_level=0)
        except Exception as error:  # its converters raise exceptions of their own
            raise _refused(what, str(error)) from error
        if first.is_error():
            raise _refused(what, first.get_error())
        ends = tuple(sorted(self.tokenizer.eos_ids))
        return lambda: LMatcher(first.deep_copy(), ends)

    @cached_property
    def _inner_tokenizer(self) -> llguidance.LLTokenizer:
        wrapped: Any = _Wrapped(self.tokenizer)
        return llguidance.LLTokenizer(wrapped)


class _Wrapped:
    """What llguidance asks of a tokenizer."""

    is_tokenizer_wrapper = True

    def __init__(self, tokenizer: Tokenizer) -> None:
        ends, starts = sorted(tokenizer.eos_ids), tokenizer.bos_ids
        self._tokenizer = tokenizer
        self.eos_token_id = ends[0] if ends else tokenizer.vocab_size - 1
        self.bos_token_id = starts[0] if starts else None
        self.special_token_ids = sorted({*tokenizer.special.values(), *ends})
        self.tokens = [tokenizer.token_bytes(i) for i in range(tokenizer.vocab_size)]

    def __call__(self, text: str | bytes) -> list[int]:
        decoded = text if isinstance(text, str) else text.decode(errors="replace")
        return list(self._tokenizer.encode((Part(decoded, False),), continuation=True))


def _from_ebnf(grammar: str) -> str:
    return llguidance.LLMatcher.grammar_from_lark(gbnf_to_lark(grammar))


def _refused(what: str, message: str) -> ConstraintUnusable:
    line = (message.strip().splitlines() or ["no reason given"])[0]
    return ConstraintUnusable(f"llguidance can't use this {what}: {line}", HELP)
