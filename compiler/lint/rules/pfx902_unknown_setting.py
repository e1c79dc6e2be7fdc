"""PFX902: reports unknown keys, rules and targets in the configuration. The exit code is 2.

Why is this bad?
A typo must never look like a clean run.

Example
    [tool.sglc.lint]
    selct = ["PFX1"]

Use instead
    [tool.sglc.lint]
    select = ["PFX1"]

Fix safety
There is no fix.
"""

from __future__ import annotations

from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX902",
    name="unknown-setting",
    causes=(),
    severity=ERROR,
    headline="{what}",
    help="correct the name",
    is_default=True,
)
