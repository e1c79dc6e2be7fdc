"""PFX801: compares the prefixes of families with the lock file, or with another revision.

Why is this bad?
A changed prefix makes every entry in the cache useless at once, in every program that uses it.

Example
    an edit of a shared helper

Use instead
    the same edit, and `sglc lint --update-lock`

Fix safety
Only the lock file is written.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX801",
    name="prefix-changed",
    causes=(Cause.CHANGED,),
    severity=WARNING,
    headline="{what}",
    help="if it is meant, write the lock anew with `--update-lock`",
    is_default=True,
    fix="safe",
)
