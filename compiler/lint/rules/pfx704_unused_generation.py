r"""PFX704: looks for generations whose text nobody reads, and for prompt text behind the last generation.

Why is this bad?
The one costs tokens and the other is never sent.

Example
    assistant: plan = gen(max_tokens=200)
    return "done"

Use instead
    return "done"

Fix safety
Deleting code is never done for you.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX704",
    name="unused-generation",
    causes=(Cause.UNUSED,),
    severity=WARNING,
    headline="{what}",
    help="delete it, or use what it gives",
    fix="unsafe",
)
