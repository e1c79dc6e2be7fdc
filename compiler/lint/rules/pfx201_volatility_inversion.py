r"""PFX201: compares how long each piece of a prompt stays the same, from left to right. A piece that changes
sooner than what follows it is an inversion.

Why is this bad?
A prefix cache reads up to the first difference. What is more stable than the text before it is computed again
in vain.

Example
    system = f"Round {n} of {limit}.\n" + RULES

Use instead
    messages.append({"role": "user", "content": f"Round {n} of {limit}."})

Fix safety
Moving text changes what the model reads, so it is never done for you.

Known problems
Values whose lifetime isn't known are never reported here.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX201",
    name="volatility-inversion",
    causes=(Cause.USER, Cause.HOST, Cause.STATE, Cause.COUNTER, Cause.VARYING, Cause.RETRIEVED),
    severity=ERROR,
    headline="{what} stands in the {region}, before text that stays the same longer",
    help="write what stays the same first; what changes belongs behind the history",
    is_default=True,
    fix="unsafe",
)
