"""PFX501: looks for chat templates that ask for the date or time.

Why is this bad?
The head of every prompt changes at midnight, or sooner, and a replay is not reproducible.

Example
    {%- set date_string = strftime_now("%d %b %Y") %}

Use instead
    {%- set date_string = date_string | default("26 Jul 2025") %}

Fix safety
A pinned date is what published templates fall back to.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX501",
    name="template-clock",
    causes=(Cause.TEMPLATE_CLOCK,),
    severity=ERROR,
    headline="{what}: the chat template reads the clock",
    help="pass the date to the template, or pin it",
    is_default=True,
    fix="safe",
)
