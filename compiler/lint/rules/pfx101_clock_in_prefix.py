"""PFX101: looks for a clock finer than a day in front of text that stays the same longer: rules, tools,
examples, or the replayed history.

Why is this bad?
Every call has another prefix from the clock on. A clock at the *end* of a system prompt still loses the whole
history that follows.

Example
    system = f"It is {datetime.now():%H:%M}. " + RULES

Use instead
    messages.append({"role": "user", "content": f"({datetime.now():%H:%M}) {question}"})

Fix safety
Moving text changes what the model reads, so it is never done for you.

Known problems
A clock whose format can't be followed counts as finer than a day.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX101",
    name="clock-in-prefix",
    causes=(Cause.CLOCK,),
    severity=ERROR,
    headline="{what} stands in the {region}, before text that could be shared",
    help="put the time into the newest user message, or offer it as a tool",
    is_default=True,
    fix="unsafe",
)
