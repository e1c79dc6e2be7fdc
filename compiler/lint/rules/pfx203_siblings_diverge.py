"""PFX203: compares the calls of a file: long text that several of them hold, behind beginnings that differ.

Why is this bad?
The common text is cached once for each of them.

Example
    system = "You are the critic. " + RULES

Use instead
    system = RULES + "You are the critic."

Fix safety
Moving text changes what the model reads, so it is never done for you.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX203",
    name="siblings-diverge",
    causes=(Cause.SIBLINGS,),
    severity=WARNING,
    headline="{what} stands behind a different beginning",
    help="write what the calls share first, in one place",
    fix="unsafe",
)
