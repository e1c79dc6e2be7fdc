"""The one door to statements: `block` and `statement`, with what the checks of a body share.

Statements hold blocks of statements. Each kind is a function in a file of its own that gets a `Body`
and hands it the blocks inside; only `kinds.py` knows all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ....ir.diagnostic import Severity
from ....ir.span import Span
from ....ir.types import Type
from ...syntax import nodes as s
from ..effects import EffectReader
from ..expressions.inference import Inference
from ..facts import Facts
from ..names import Names
from ..report import Reporter
from ..surroundings import Surroundings
from .placement import head_of


@dataclass(frozen=True)
class Signature:
    """What is declared of a body: its result (None: anything), and whether it is made of turns."""

    has_turns: bool = False
    result: Type | None = None
    result_span: Span | None = None


class Body:
    """One body of statements. `check` checks one statement by its kind."""

    def __init__(
        self, asked: Inference, effects: EffectReader, signature: Signature, check: Check
    ) -> None:
        self.asked, self.effects, self.signature = asked, effects, signature
        self._check = check

    @property
    def names(self) -> Names:
        """The names in reach."""
        return self.asked.names

    @property
    def around(self) -> Surroundings:
        """What is open around the statement that is checked."""
        return self.asked.around

    @property
    def reporter(self) -> Reporter:
        """Where mistakes go."""
        return self.asked.reporter

    @property
    def facts(self) -> Facts:
        """Where findings go."""
        return self.asked.facts

    def block(self, statements: s.Body) -> bool:
        """Check statements in order; whether every path leaves them by `return` or a jump."""
        last: s.Stmt | None = None
        for statement in statements:
            if last is not None:
                _never_runs(self.reporter, statement, last)
                break
            if self.statement(statement):
                last = statement
        return last is not None

    def statement(self, node: s.Stmt) -> bool:
        """Check one statement; whether nothing behind it runs."""
        return self._check(self, node)


def _never_runs(reporter: Reporter, node: s.Stmt, last: s.Stmt) -> None:
    """Warn of a statement behind one that every path leaves by."""
    word, place = _ENDS.get(type(last), ("return", "the program ends here"))
    reporter.report(
        "SGL0307", head_of(node), "this never runs", f"after the `{word}`",
        help=f"remove it, or move it before the `{word}`",
        also=(head_of(last), place), severity=Severity.WARNING,
    )  # fmt: skip


_ENDS = {
    s.Break: ("break", "the loop ends here"),
    s.Continue: ("continue", "the iteration ends here"),
}


Check = Callable[[Body, s.Stmt], bool]
