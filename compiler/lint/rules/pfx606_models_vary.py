"""PFX606: looks for families that span several models.

Why is this bad?
Caches are never shared between models.

Example
    model=pick(question)

Use instead
    model=MODEL

Fix safety
There is no fix: what to write depends on what the text is for.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import INFO, Rule

RULE = Rule(
    code="PFX606",
    name="models-vary",
    causes=(Cause.MODELS,),
    severity=INFO,
    headline="{what}",
    help="finish a conversation with the model that began it",
)
