"""PFX608: looks for headers and lifetimes outside the body that vary between calls.

Why is this bad?
Some of them are part of the key.

Example
    extra_headers={"anthropic-beta": pick()}

Use instead
    extra_headers=BETA

Fix safety
The header changes what the service does.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX608",
    name="header-varies",
    causes=(Cause.HEADER, Cause.OTHER_HEADER),
    severity=WARNING,
    headline="{what} varies within a family, and is part of the key",
    help="keep beta headers and lifetimes the same for all calls of a conversation",
    fix="unsafe",
)
