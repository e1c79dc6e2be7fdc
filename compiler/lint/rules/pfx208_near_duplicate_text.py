r"""PFX208: looks for long fixed texts of two calls that differ in blanks, capitals or punctuation alone.

Why is this bad?
They read alike, and share nothing from the first different byte on.

Example
    A = "Be brief. Cite your sources."
    B = "Be brief,  cite your sources."

Use instead
    RULES = "Be brief. Cite your sources."

Fix safety
Which wording is meant is yours to say.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import INFO, Rule

RULE = Rule(
    code="PFX208",
    name="near-duplicate-text",
    causes=(Cause.NEAR_TWINS,),
    severity=INFO,
    headline="{what}",
    help="give both calls the same constant",
    fix="unsafe",
)
