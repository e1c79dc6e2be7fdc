r"""PFX402: looks for blanks at the end of lines of prompt text.

Why is this bad?
Editors and formatters take them away, and then all that follows is another prefix.

Example
    "You are the clerk.   \n"

Use instead
    "You are the clerk.\n"

Fix safety
Blanks at the end of a line mean nothing to a reader.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import INFO, Rule

RULE = Rule(
    code="PFX402",
    name="trailing-blanks",
    causes=(Cause.BLANKS,),
    severity=INFO,
    headline="{what} at the end of a line of prompt text",
    help="end lines without blanks",
    fix="safe",
)
