"""The grammar protocol: constraints compiled ahead of time, one matcher per sequence, masks filled in bulk.

Called by the engine; `grammar_xgrammar` is the default implementation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import torch

from ...ir.sampling import Constraint
from ...ir.target import Tokenizer


class ConstraintUnusable(Exception):
    """A constraint that the grammar backend can't compile; the message says what it doesn't support."""


class Matcher(Protocol):
    """Follows one sequence through a grammar."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing but the end may follow."""
        ...

    def forced(self) -> tuple[int, ...]:
        """The tokens that must follow whatever the model thinks; they are not yet accepted."""
        ...

    def accept(self, token: int) -> bool:
        """Take a token; False if the grammar does not allow it."""
        ...


class GrammarBackend(Protocol):
    """Compiles constraints and masks logits."""

    name: str

    def compile(self, constraint: Constraint) -> Callable[[], Matcher]:
        """Return a maker of matchers; cached by constraint. Raises ConstraintUnusable. May run in any thread."""
        ...

    def mask(self, logits: torch.Tensor, matchers: Sequence[Matcher | None]) -> None:
        """Set the logits of all tokens that a row's matcher does not allow to -inf, in place."""
        ...


def make_grammar_backend(name: str, tokenizer: Tokenizer, vocab: int) -> GrammarBackend:
    """Make a backend by name: `xgrammar`, `llguidance` or `outlines`."""
    if name == "xgrammar":
        from .grammar_xgrammar import XGrammar

        return XGrammar(tokenizer, vocab)
    raise ValueError(f"unknown grammar backend `{name}`")
