"""PFX303: looks for arguments of tool calls that are parsed and serialised again before they are replayed.

Why is this bad?
An engine holds the model's own bytes in its cache. Other spaces or another order end the prefix there.

Example
    "arguments": json.dumps(json.loads(call.arguments), sort_keys=True)

Use instead
    "arguments": call.arguments

Fix safety
The string that came is what the model wrote.

Known problems
On hosted services a stable re-serialisation costs one miss for each call at most, so it is a warning there.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, WARNING, Rule

RULE = Rule(
    code="PFX303",
    name="arguments-reserialised",
    causes=(Cause.ARGUMENTS,),
    severity=ERROR,
    headline="{what}: a call's arguments are replayed in other bytes than the model wrote",
    help="keep the arguments as the string that came, and parse a copy",
    is_default=True,
    fix="safe",
    by_target={
        "openai": WARNING,
        "openai-automatic": WARNING,
        "anthropic": WARNING,
        "gemini": WARNING,
    },
)
