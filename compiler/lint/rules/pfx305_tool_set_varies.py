"""PFX305: looks for tools that are chosen by question, turn or state.

Why is this bad?
Tools stand before everything else: another set is another prompt from the first token on.

Example
    tools=[t for t in TOOLS if relevant(t, question)]

Use instead
    tools=TOOLS, tool_choice={"type": "allowed_tools", ...}

Fix safety
Moving text changes what the model reads, so it is never done for you.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX305",
    name="tool-set-varies",
    causes=(Cause.TOOL_SET, Cause.SIDE_TOOLS),
    severity=WARNING,
    headline="{what}: the set of tools differs between calls of one family",
    help="send all tools always, and restrict the choice with `tool_choice` or `allowed_tools`",
    is_default=True,
    fix="unsafe",
)
