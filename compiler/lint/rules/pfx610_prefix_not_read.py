"""PFX610: compares what usage says was read with what the calls have in common.

Why is this bad?
The prefix is intact, and yet it is computed again: expired, routed elsewhere, or below the minimum.

Example
    calls 20 minutes apart with a lifetime of 5

Use instead
    a lifetime of an hour

Fix safety
There is no fix: what to write depends on what the text is for.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import INFO, Rule

RULE = Rule(
    code="PFX610",
    name="prefix-not-read",
    causes=(Cause.NOT_READ, Cause.EXPIRED),
    severity=INFO,
    headline="{what}",
    help="look at routing, lifetime and the pace of calls",
)
