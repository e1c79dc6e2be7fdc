"""PFX212: looks for summaries and titles that are asked for with another system prompt, or without the tools.

Why is this bad?
The whole history is computed again for one small answer: about 90 percent of the call is a miss.

Example
    client.chat.completions.create(messages=[{"role": "system", "content": "Summarise."}, *messages])

Use instead
    client.chat.completions.create(tools=tools, messages=[*messages, {"role": "user", "content": "Summarise."}])

Fix safety
Moving text changes what the model reads, so it is never done for you.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX212",
    name="side-call",
    causes=(Cause.SIDE_CALL, Cause.SIDE_TOOLS),
    severity=WARNING,
    headline="{what} sends the history under another head",
    help="append the instruction to the same prompt, and keep its tools",
    fix="unsafe",
)
