"""PFX603: counts the blocks between the last breakpoint and the one before.

Why is this bad?
Anthropic looks back 20 blocks for an earlier entry; behind that it finds none.

Example
    24 tool results, one marker

Use instead
    a marker every 18 blocks

Fix safety
A marker changes no text.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX603",
    name="breakpoint-spacing",
    causes=(Cause.MARK_SPACING,),
    severity=WARNING,
    headline="{what}",
    help="put a breakpoint in between",
    fix="performed",
)
