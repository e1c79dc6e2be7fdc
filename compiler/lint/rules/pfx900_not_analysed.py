"""PFX900: reports files that can't be read, parsed or rendered. The exit code is 2.

Why is this bad?
A file that was not analysed must never pass for clean.

Example
    a syntax error

Use instead
    none

Fix safety
There is no fix.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX900",
    name="not-analysed",
    causes=(Cause.UNREADABLE,),
    severity=ERROR,
    headline="{what}",
    help="mend the file, or leave it out with `exclude`",
    is_default=True,
)
