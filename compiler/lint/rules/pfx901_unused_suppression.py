"""PFX901: reports suppression comments that suppress nothing.

Why is this bad?
They hide the next problem on their line.

Example
    # sglc: ignore[PFX101] until the clock moves

Use instead
    no comment

Fix safety
Only the comment goes.
"""

from __future__ import annotations

from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX901",
    name="unused-suppression",
    causes=(),
    severity=WARNING,
    headline="{what}",
    help="take the comment away",
    is_default=True,
    fix="safe",
)
