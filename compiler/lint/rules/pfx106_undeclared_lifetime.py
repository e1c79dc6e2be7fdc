r"""PFX106: looks for parameters in the shared part of a prompt that have no declared lifetime.

Why is this bad?
Nobody can say whether the text behind them is shared, the compiler included.

Example
    program p(rules: str, q: str @turn) -> str:

Use instead
    program p(rules: str @release, q: str @turn) -> str:

Fix safety
A declaration is yours to give.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import INFO, Rule

RULE = Rule(
    code="PFX106",
    name="undeclared-lifetime",
    causes=(Cause.UNDECLARED,),
    severity=INFO,
    headline="{what} stands in the prompt before what is shared, and has no declared lifetime",
    help="write how long it stays the same: `@release`, `@user`, `@session`, `@turn`",
    is_opt_in=True,
)
