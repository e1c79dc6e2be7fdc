"""PFX504: renders conversations that programs really have: string arguments, null content, several calls.

Why is this bad?
Servers answer a failing template with a fallback prompt, silently.

Example
    {{ call.arguments | items }}

Use instead
    {{ call.arguments if call.arguments is string else call.arguments | tojson }}

Fix safety
There is no fix: what to write depends on what the text is for.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX504",
    name="template-fails",
    causes=(Cause.TEMPLATE_FAILS,),
    severity=ERROR,
    headline="{what}",
    help="mend the template, or don't send it such conversations",
)
