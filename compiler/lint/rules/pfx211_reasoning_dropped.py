"""PFX211: looks for reasoning that was generated, and is missing where its message is replayed.

Why is this bad?
The server's cache holds the reasoning; without it the prefix ends there.

Example
    messages.append({"role": "assistant", "content": reply.content})

Use instead
    messages.append(reply.model_dump(exclude_none=True))

Fix safety
Moving text changes what the model reads, so it is never done for you.

Known problems
Hosted services that drop reasoning themselves are not affected.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX211",
    name="reasoning-dropped",
    causes=(Cause.REASONING,),
    severity=WARNING,
    headline="{what} is dropped when the message is replayed",
    help="replay reasoning as it came, where the server keeps it",
    fix="unsafe",
)
