"""PFX604: looks for entries that are written and never read again, on targets that bill writes.

Why is this bad?
A write costs 1.25 times the input.

Example
    a marker on a one-off prompt

Use instead
    no marker

Fix safety
A marker changes no text.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import INFO, Rule

RULE = Rule(
    code="PFX604",
    name="never-read",
    causes=(Cause.UNREAD,),
    severity=INFO,
    headline="{what}",
    help="drop the marker, or put it where calls agree",
    fix="performed",
)
