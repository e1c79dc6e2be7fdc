r"""PFX104: looks for names, profiles and settings of a user or tenant above text that is the same for
everybody.

Why is this bad?
Each user has a prefix of their own, and the shared text is stored and computed once for each of them.

Example
    system = f"You talk to {user.name}.\n" + RULES

Use instead
    system = RULES + f"\nYou talk to {user.name}."

Fix safety
Moving text changes what the model reads, so it is never done for you.

Known problems
What is a user's is told by names: `user.name`, `profile`, `tenant_id`.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX104",
    name="user-above-shared",
    causes=(Cause.USER,),
    severity=WARNING,
    headline="{what} stands in the {region}, above text that all users share",
    help="put what differs by user behind the shared text",
    fix="unsafe",
)
