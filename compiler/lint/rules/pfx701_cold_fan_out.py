"""PFX701: looks for calls that start together and share a prefix that is worth caching.

Why is this bad?
An entry can be read when its first answer has begun. Until then each call computes, and pays for, the whole
prefix.

Example
    await asyncio.gather(*[ask(row) for row in rows])

Use instead
    first = await ask(rows[0])
    rest = await asyncio.gather(*[ask(row) for row in rows[1:]])

Fix safety
`sglc` does this for its own programs.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX701",
    name="cold-fan-out",
    causes=(Cause.COLD_FAN,),
    severity=WARNING,
    headline="{what} start together on a prefix that none of them has written yet",
    help="send the first call alone, then the others",
    is_default=True,
    fix="performed",
)
