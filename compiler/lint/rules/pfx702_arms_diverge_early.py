r"""PFX702: looks for arms of a fork that begin with what differs and go on with the same text.

Why is this bad?
The common text is computed once for each arm.

Example
    user: "{kind}: {rules}"

Use instead
    user: "{rules}\n{kind}"

Fix safety
Moving text changes what the model reads, so it is never done for you.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX702",
    name="arms-diverge-early",
    causes=(Cause.ARM,),
    severity=WARNING,
    headline="{what} stands before text that all arms share",
    help="write what the arms share before what differs",
    is_default=True,
    fix="unsafe",
)
