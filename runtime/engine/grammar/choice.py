"""Grammar backends by name; each library is imported when it is chosen."""

from __future__ import annotations

from ....ir.target import Tokenizer
from .backend import GrammarBackend

GRAMMAR_BACKENDS = ("auto", "xgrammar", "llguidance", "outlines")


def make_grammar_backend(name: str, tokenizer: Tokenizer, vocab: int) -> GrammarBackend:
    """Make a backend by name: `auto`, `xgrammar`, `llguidance` or `outlines`."""
    match name:
        case "auto":
            from .auto_backend import AutoGrammar

            return AutoGrammar(tokenizer, vocab)
        case "xgrammar":
            from .xgrammar_backend import XGrammar

            return XGrammar(tokenizer, vocab)
        case "llguidance":
            from .llguidance_backend import LlGuidance

            return LlGuidance(tokenizer, vocab)
        case "outlines":
            from .outlines_backend import Outlines

            return Outlines(tokenizer, vocab)
        case _:
            raise ValueError(f"unknown grammar backend `{name}`")
