"""PFX403: looks for zero-width characters, and for text that is not in Unicode's NFC.

Why is this bad?
Two copies that look the same are two prefixes, and tokens are wasted.

Example
    assistantU+200B

Use instead
    assistant

Fix safety
The characters are invisible.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import INFO, Rule

RULE = Rule(
    code="PFX403",
    name="lookalike-characters",
    causes=(Cause.CHARACTERS,),
    severity=INFO,
    headline="{what} in prompt text",
    help="normalise prompt text to NFC, without zero-width characters",
    fix="safe",
)
