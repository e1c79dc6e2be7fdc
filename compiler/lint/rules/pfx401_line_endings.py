"""PFX401: looks for byte order marks, carriage returns and mixed line ends in prompt text.

Why is this bad?
The same text from another editor or checkout is another prefix.

Example
    U+FEFF You are ...

Use instead
    You are ...

Fix safety
The bytes are invisible.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX401",
    name="line-endings",
    causes=(Cause.ENDINGS,),
    severity=WARNING,
    headline="{what} in prompt text",
    help="write prompts with `\\n`, without a byte order mark",
    fix="safe",
)
