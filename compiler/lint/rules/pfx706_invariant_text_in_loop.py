r"""PFX706: looks in loops for long fixed text that every round writes again behind what differs.

Why is this bad?
It is computed anew in each round; said once before the loop, it is shared by all of them.

Example
    for row in rows:
        user: "{row}\n{rules}"

Use instead
    user: rules
    for row in rows:
        user: row

Fix safety
Moving text changes what the model reads, so it is never done for you.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX706",
    name="invariant-text-in-loop",
    causes=(Cause.INVARIANT,),
    severity=WARNING,
    headline="{what}",
    help="write it once, before the loop",
    fix="unsafe",
)
