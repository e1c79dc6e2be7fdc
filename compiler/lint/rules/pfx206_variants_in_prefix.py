"""PFX206: looks for conditions that make several variants of one prefix.

Why is this bad?
n conditions make up to 2^n prefixes, each cached for itself.

Example
    system = (FORMAL if formal else CASUAL) + RULES

Use instead
    system = RULES + (FORMAL if formal else CASUAL)

Fix safety
Moving text changes what the model reads, so it is never done for you.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX206",
    name="variants-in-prefix",
    causes=(Cause.BRANCH,),
    severity=WARNING,
    headline="{what} decides what the {region} says",
    help="put the conditional part behind the shared text",
    fix="unsafe",
)
