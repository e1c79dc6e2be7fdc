"""The default grammar backend: xgrammar where it is exact, llguidance for the rest, a refusal where neither is.

xgrammar masks fastest, and passes over what it does not know; llguidance knows more, and refuses what it does not.
"""

from __future__ import annotations

import json
from functools import cached_property

import torch

from ....ir.constrained.pattern import plain_pattern
from ....ir.constrained.regex import RegexError
from .backend import GrammarBackend
from .ending import endless_reference
from .exactness import beyond_xgrammar, without_idle_keywords
from .protocol import ConstraintUnusable, MakeMatcher

HELP = "say it in other words, or let the program check the value"


class AutoGrammar(GrammarBackend):
    """Compiles with whichever of two backends keeps a constraint to the letter."""

    name = "auto"

    def regex(self, pattern: str) -> MakeMatcher:
        """Compile a regular expression as Python reads it, in words that backends read alike."""
        try:
            return self._fast.regex(plain_pattern(pattern))
        except RegexError as error:
            raise ConstraintUnusable(
                f"no grammar backend keeps this regex: {error}", HELP
            ) from None

    def schema(self, schema: str) -> MakeMatcher:
        """Compile a JSON schema."""
        try:
            said = without_idle_keywords(json.loads(schema))
        except (ValueError, RecursionError) as error:
            raise ConstraintUnusable(f"this is no JSON schema: {error}", HELP) from None
        endless = endless_reference(said)
        if endless is not None:
            message = f"this JSON schema never ends: `{endless}` requires itself"
            raise ConstraintUnusable(
                message, "let it be optional, or `null`, or an array that may be empty"
            )
        text, beyond = json.dumps(said, ensure_ascii=False), beyond_xgrammar(said)
        if beyond is None:
            return self._fast.schema(text)
        try:
            return self._able.schema(text)
        except ConstraintUnusable as error:
            reason = str(error).partition(": ")[2]
            message = f"no grammar backend keeps `{beyond}` of this JSON schema: {reason}"
            raise ConstraintUnusable(message, HELP) from error

    def ebnf(self, grammar: str) -> MakeMatcher:
        """Compile a grammar."""
        return self._fast.ebnf(grammar)

    def warm(self) -> None:
        """Have both backends ready."""
        self._fast.warm()
        self._able.warm()

    def apply(self, logits: torch.Tensor, bits: torch.Tensor) -> None:
        """Apply the masks with xgrammar's kernel, on a CPU."""
        self._fast.apply(logits, bits)

    @cached_property
    def _fast(self) -> GrammarBackend:
        from .xgrammar_backend import XGrammar

        return XGrammar(self.tokenizer, self.vocab)

    @cached_property
    def _able(self) -> GrammarBackend:
        from .llguidance_backend import LlGuidance

        return LlGuidance(self.tokenizer, self.vocab)
