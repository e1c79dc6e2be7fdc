"""PFX405: compares what can be shared with the least that the target caches.

Why is this bad?
A shorter prefix is silently not cached.

Example
    system=[{"type": "text", "text": SHORT, "cache_control": {...}}]

Use instead
    system=[{"type": "text", "text": SHORT}]

Fix safety
There is no fix.

Known problems
Minimums are dated data: `sglc targets` prints them. Without a tokenizer, tokens are estimated.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX405",
    name="prefix-too-short",
    causes=(Cause.TOO_SHORT,),
    severity=WARNING,
    headline="{what}",
    help="share more, or drop the marker: nothing is cached below the minimum",
    is_default=True,
)
