"""PFX607: looks for `prompt_cache_key` and the like that are random, too fine, or differ where the prefix is
shared.

Why is this bad?
Calls with another key go to another machine, which has never seen the prefix.

Example
    prompt_cache_key=str(uuid4())

Use instead
    prompt_cache_key="triage-v3"

Fix safety
Routing changes no text.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX607",
    name="routing-key",
    causes=(Cause.ROUTING,),
    severity=WARNING,
    headline="{what}",
    help="derive the key from what the calls share",
    fix="unsafe",
)
