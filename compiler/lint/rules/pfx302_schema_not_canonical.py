"""PFX302: looks for JSON whose keys change their order between calls.

Why is this bad?
Two spellings of one schema are two prefixes.

Example
    json.dumps(schema)

Use instead
    json.dumps(schema, sort_keys=True)

Fix safety
Key order means nothing in JSON that the program wrote. It is never applied to bytes that a model wrote.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX302",
    name="schema-not-canonical",
    causes=(Cause.KEY_ORDER,),
    severity=WARNING,
    headline="{what} comes in several orders of its keys",
    help="`json.dumps(..., sort_keys=True)` for schemas and data of your own",
    is_default=True,
    fix="safe",
)
