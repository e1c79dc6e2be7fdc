"""PFX601: counts the breakpoints of a request.

Why is this bad?
Services take four; more are refused or dropped.

Example
    [{..., "cache_control": {...}} for s in SECTIONS]

Use instead
    mark the last block

Fix safety
`sglc` places breakpoints itself for its own programs.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX601",
    name="too-many-breakpoints",
    causes=(Cause.MARK_COUNT,),
    severity=ERROR,
    headline="{what}",
    help="mark the end of the last stable block alone",
    fix="performed",
)
