"""The default grammar backend: xgrammar's automata and token masks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import torch
import xgrammar

from .backend import GrammarBackend
from .protocol import Bits, ConstraintUnusable, MakeMatcher


class XMatcher:
    """One sequence in one grammar."""

    def __init__(self, compiled: xgrammar.CompiledGrammar) -> None:
        self._inner = xgrammar.GrammarMatcher(compiled)
        self._words = (compiled.tokenizer_info.vocab_size + 31) // 32

    @property
    def is_finished(self) -> bool:
        """Whether the end was taken."""
        return self._inner.is_terminated()

    @property
    def can_end(self) -> bool:
        """Whether what was taken so far is complete."""
        return self._inner.is_completed()

    def forced(self) -> tuple[int, ...]:
        """Nothing: only where the grammar is ours do we know the tokens of forced text."""
        return ()

    def accept(self, token: int) -> int | None:
        """Take a token."""
        return token if self._inner.accept_token(token) else None

    def fill(self, bits: Bits) -> None:
        """Write which tokens are allowed."""
        if self._inner.is_terminated():
            bits.fill(0)
        else:
            bits[self._words :] = 0  # tokens that the model has, and the tokenizer hasn't
            self._inner.fill_next_token_bitmask(bits[None, : self._words])


class XGrammar(GrammarBackend):
    """Compiles and masks with xgrammar."""

    name = "xgrammar"

    def regex(self, pattern: str) -> MakeMatcher:
        """Compile a regular expression."""
        return self._made("regex", lambda: self._compiler.compile_regex(pattern))

    def schema(self, schema: str) -> MakeMatcher:
        """Compile a JSON schema."""
        return self._made("JSON schema", lambda: self._compiler.compile_json_schema(schema))

    def ebnf(self, grammar: str) -> MakeMatcher:
        """Compile a grammar."""
        return self._made("grammar", lambda: self._compiler.compile_grammar(grammar))

    def warm(self) -> None:
        """Hand the vocabulary to xgrammar."""
        _ = self._compiler

    def apply(self, logits: torch.Tensor, bits: torch.Tensor) -> None:
        """Apply the masks with xgrammar's kernel, on a CPU."""
        xgrammar.apply_token_bitmask_inplace(logits, bits)

    def _made(self, what: str, compile: Callable[[], xgrammar.CompiledGrammar]) -> MakeMatcher:
        try:
            compiled = compile()
        except (RuntimeError, ValueError) as error:
            raise ConstraintUnusable(
                f"xgrammar can't use this {what}: {first_line(error)}"
            ) from error
        return lambda: XMatcher(compiled)

    @cached_property
    def _compiler(self) -> xgrammar.GrammarCompiler:
        tokenizer = self.tokenizer
        special = set(tokenizer.special.values())
        vocabulary = [
            b"" if i in special else tokenizer.token_bytes(i) for i in range(tokenizer.vocab_size)
        ]
        whole_words = -(-len(vocabulary) // 32) * 32
        info = xgrammar.TokenizerInfo(
            vocabulary,
            vocab_size=min(self.vocab, whole_words),  # it writes each that may not come, one by one
            stop_token_ids=sorted(tokenizer.eos_ids) or None,
        )
        return xgrammar.GrammarCompiler(info, max_threads=2)


def first_line(error: BaseException) -> str:
    """An error's message without its context."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
