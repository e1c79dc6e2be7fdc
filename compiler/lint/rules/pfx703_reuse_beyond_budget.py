r"""PFX703: measures in request logs how many tokens of other families pass before a prefix is used again.

Why is this bad?
A cache that holds fewer tokens has dropped the prefix by then.

Example
    A, B, C, A, B, C with a budget that holds two of them

Use instead
    A, A, B, B, C, C

Fix safety
The order of calls is the program's.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX703",
    name="reuse-beyond-budget",
    causes=(Cause.DISTANCE,),
    severity=WARNING,
    headline="{what}",
    help="send calls of one family after one another, or raise `kv-budget` to what the server holds",
)
