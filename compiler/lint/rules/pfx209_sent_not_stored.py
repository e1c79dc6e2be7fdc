"""PFX209: looks for messages that are changed in a copy just before they are sent.

Why is this bad?
On the next turn the stored message is replayed without the change, and differs from what the cache holds.

Example
    copy[-1]["content"] += REMINDER

Use instead
    messages.append({"role": "user", "content": REMINDER})

Fix safety
Moving text changes what the model reads, so it is never done for you.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX209",
    name="sent-not-stored",
    causes=(Cause.UNSAVED,),
    severity=WARNING,
    headline="{what}: the message that is sent differs from the one that is replayed",
    help="store what was sent, or append the reminder as a message of its own at the end",
    fix="unsafe",
)
