"""PFX802: compares how many tokens a family can share with the lock file, or with another revision.

Why is this bad?
This is the merge gate: the bill grows by exactly this.

Example
    a clock added to a system prompt

Use instead
    the clock behind the history

Fix safety
There is no fix.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX802",
    name="family-shares-less",
    causes=(Cause.SHRUNK,),
    severity=ERROR,
    headline="{what}",
    help="put back what was shared, or raise the budget with `--update-lock`",
    is_default=True,
)
