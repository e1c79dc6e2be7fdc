"""PFX605: looks for `tool_choice`, `thinking`, schemas, betas and the like that vary between calls of one family.

Why is this bad?
They are part of what is cached: another value is another prefix.

Example
    thinking={"type": "disabled"} if last else {"type": "enabled", ...}

Use instead
    thinking={"type": "enabled", "budget_tokens": 4000}

Fix safety
The option changes what the model does.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX605",
    name="option-varies",
    causes=(Cause.OPTION, Cause.HEADER),
    severity=WARNING,
    headline="{what} varies within a family, and is part of the key",
    help="keep the option the same for all calls of a conversation",
    is_default=True,
    fix="unsafe",
)
