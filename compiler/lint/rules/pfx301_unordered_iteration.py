"""PFX301: looks for sets, directory listings, queries without `ORDER BY` and results in completion order that
become text.

Why is this bad?
The order differs between processes, machines or calls, and with it every byte that follows.

Example
    ", ".join(set(tags))

Use instead
    ", ".join(sorted(set(tags)))

Fix safety
Sorting what has no order changes bytes and no meaning.

Known problems
Sets of small integers are in a stable order in CPython; they are reported all the same.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX301",
    name="unordered-iteration",
    causes=(Cause.UNORDERED, Cause.COMPLETION),
    severity=ERROR,
    headline="{what} reaches the {region} in an order that is not fixed",
    help="`sorted(...)` where the order means nothing",
    is_default=True,
    fix="safe",
)
