"""PFX602: looks for breakpoints behind text that differs from call to call.

Why is this bad?
Each call writes an entry, which costs more than plain input, and none is ever read.

Example
    {"type": "text", "text": essay, "cache_control": {...}}

Use instead
    {"type": "text", "text": RUBRIC, "cache_control": {...}}

Fix safety
A marker changes no text, but where it belongs depends on what is asked again.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX602",
    name="breakpoint-behind-volatile",
    causes=(Cause.MARK_BEHIND,),
    severity=ERROR,
    headline="{what}: the breakpoint stands behind text that differs in each call",
    help="move the breakpoint to the end of the stable text",
    is_default=True,
    fix="unsafe",
)
