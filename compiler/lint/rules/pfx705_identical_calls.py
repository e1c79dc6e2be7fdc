r"""PFX705: looks in request logs for calls at temperature 0 that are the same to the byte.

Why is this bad?
The answer is there already.

Example
    ask(q); ask(q)

Use instead
    answer = ask(q)

Fix safety
Within a program of our own the compiler asks once.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import INFO, Rule

RULE = Rule(
    code="PFX705",
    name="identical-calls",
    causes=(Cause.TWICE,),
    severity=INFO,
    headline="{what}",
    help="keep the answer",
    fix="performed",
)
