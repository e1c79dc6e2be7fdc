r"""PFX404: looks for literals that end in the middle of what a tokenizer joins, in front of a value.

Why is this bad?
The last token of the shared part depends on the value, so the share ends a token early.

Example
    "Question: {question}"

Use instead
    "Question:\n{question}"

Fix safety
Checked with the tokenizer that is at hand.

Known problems
Costs one token; reported only where a block or breakpoint is lost with it.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX404",
    name="unstable-seam",
    causes=(Cause.SEAM,),
    severity=WARNING,
    headline="{what}: a token spans the end of a literal and the value behind it",
    help="let the literal end in the delimiter (a line end), not in a space",
    is_default=True,
    fix="safe",
)
