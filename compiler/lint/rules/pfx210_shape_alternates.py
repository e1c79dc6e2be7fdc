"""PFX210: looks for contents that are strings on one turn and lists of blocks on the next.

Why is this bad?
Providers that match bytes, and templates that render the two differently, see another message.

Example
    tail["content"] = [{"type": "text", "text": tail["content"], "cache_control": {...}}]

Use instead
    messages.append({"role": "user", "content": [{"type": "text", "text": text}]})

Fix safety
The bytes differ and most providers read them alike.

Known problems
Anthropic's own cache is not affected.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import INFO, WARNING, Rule

RULE = Rule(
    code="PFX210",
    name="shape-alternates",
    causes=(Cause.SHAPE,),
    severity=WARNING,
    headline="{what}: one text is a string here and a block list there",
    help="write every message as blocks, or none",
    fix="unsafe",
    by_target={"anthropic": INFO},
)
