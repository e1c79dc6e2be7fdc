"""PFX502: renders conversations that grow turn by turn, with tools, reasoning and empty contents, and
compares each with the one before.

Why is this bad?
What was rendered before is not a prefix of what is rendered now, so every turn computes the difference again.

Example
    {%- for m in messages[-8:] %}

Use instead
    {%- for m in messages %}

Fix safety
There is no fix.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX502",
    name="template-not-monotone",
    causes=(Cause.NOT_MONOTONE,),
    severity=ERROR,
    headline="{what}",
    help="use the template's own switch that keeps earlier turns, or a template that does",
    is_default=True,
)
