"""PFX609: looks for breakpoints that stand further left than in the call before.

Why is this bad?
What was written behind the earlier breakpoint is not read.

Example
    markers planned anew in a moving window

Use instead
    markers that stay where they were, and one at the end

Fix safety
A marker changes no text.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX609",
    name="breakpoint-moves-back",
    causes=(Cause.MARK_BACK,),
    severity=WARNING,
    headline="{what}",
    help="let breakpoints only move forward",
    fix="performed",
)
