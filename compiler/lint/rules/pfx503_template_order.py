"""PFX503: looks for chat templates that put tools or system text behind the turns.

Why is this bad?
The most stable text stands behind the least stable.

Example
    {{ turns }}{{ tools }}

Use instead
    {{ tools }}{{ turns }}

Fix safety
There is no fix: what to write depends on what the text is for.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX503",
    name="template-order",
    causes=(Cause.TEMPLATE_ORDER,),
    severity=WARNING,
    headline="{what}",
    help="use a template that puts tools first",
)
