"""PFX803: compares which families share a beginning with what the lock file, or another revision, says.

Why is this bad?
Two programs that shared one prefix now compute and store two.

Example
    a copied and edited constant

Use instead
    one constant

Fix safety
There is no fix: what to write depends on what the text is for.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX803",
    name="families-part",
    causes=(Cause.PARTED,),
    severity=ERROR,
    headline="{what}",
    help="keep the common beginning in one place that both use",
)
