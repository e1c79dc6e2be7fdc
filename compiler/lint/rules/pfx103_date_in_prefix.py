"""PFX103: looks for a date in front of text that stays the same longer than a day.

Why is this bad?
Everything behind it is computed again each day.

Example
    system = f"Today is {date.today()}. " + RULES

Use instead
    tools=[..., GET_DATE]

Fix safety
Moving text changes what the model reads, so it is never done for you.

Known problems
Coarsening a clock to a date is the usual first step, and a good one.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import INFO, Rule

RULE = Rule(
    code="PFX103",
    name="date-in-prefix",
    causes=(Cause.DATE,),
    severity=INFO,
    headline="{what} stands in the {region}: every prefix is cold after midnight",
    help="offer the date as a tool, or put it behind the history",
    fix="unsafe",
)
