"""The one door to the types of expressions: `infer`, `value`, `expect` and `condition`.

The forms of expressions contain each other. Each form is a function in a file of its own that gets
an `Inference` and asks it for the types of its parts; only `forms.py` knows all of them. Where
something is wrong the type is `any`, which fits everywhere: a mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Callable

from ....ir.span import Span
from ....ir.types import ANY, BOOL, Type, accepts, holds_prompt
from ...syntax import nodes as s
from ..constants import known_value
from ..facts import Facts
from ..names import Names
from ..report import Reporter
from ..surroundings import Surroundings
from ..types import widened
from .mismatches import mismatch, not_a_condition, prompt_as_value


class Inference:
    """Types the expressions of one body. `form` gives the type of an expression by its form."""

    def __init__(self, names: Names, around: Surroundings, form: Form) -> None:
        self.names, self.around = names, around
        self._form = form

    @property
    def reporter(self) -> Reporter:
        """Where mistakes go."""
        return self.names.reporter

    @property
    def facts(self) -> Facts:
        """Where findings go."""
        return self.names.facts

    def infer(self, expr: s.Expr, expected: Type | None = None) -> Type:
        """The type of an expression; `expected` gives literals and empty lists theirs."""
        kind = self._form(self, expr, expected)
        self.facts.types[expr] = kind
        return kind

    def value(self, expr: s.Expr, expected: Type | None = None) -> Type:
        """The type of an expression that is not a prompt."""
        kind = self.infer(expr, expected)
        if holds_prompt(kind):
            prompt_as_value(self.reporter, expr, kind)
            return ANY
        return kind

    def expect(self, expr: s.Expr, wanted: Type, why: str, place: Span | None = None) -> Type:
        """Check that an expression fits a type; `why` says who asks for it."""
        given = self.value(expr, wanted)
        if not accepts(wanted, given):
            mismatch(self.reporter, expr, wanted, given, why, place)
        return given

    def condition(self, expr: s.Expr) -> None:
        """Check a condition: a bool."""
        kind = self.value(expr, BOOL)
        if widened(kind) not in (BOOL, ANY):
            not_a_condition(self.reporter, expr, kind)

    def constant(self, expr: s.Expr) -> object:
        """The value of an expression that was checked, if it is known at compile time, else None."""
        return known_value(expr, self.facts)


Form = Callable[[Inference, s.Expr, "Type | None"], Type]
