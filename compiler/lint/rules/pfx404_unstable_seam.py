r"""PFX404: encodes the fixed text before the first value, alone and with beginnings of values. It needs a
tokenizer (`--model`). Without one it looks for fixed text that ends inside a number: digits in front of a value that is
a number or an id.

Why is this bad?
The last tokens of the text may merge with the value. What is cached ends before them, and where the cache works
in blocks a whole block is lost.

Example
    f"Question number {n}"   # cached: up to "Question"

Use instead
    f"Question number:\n{n}"

A number is one value: `f"Entry {number:06}"`, not `f"Entry 000{number}"`.

Fix safety
A line end at the seam is one more byte that the model reads.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX404",
    name="unstable-seam",
    causes=(Cause.SEAM,),
    severity=WARNING,
    headline="{what}: the tokens at the end of the text differ from value to value",
    help="end the fixed text with a line end or another character that never merges; "
    "let a value hold its number whole",
    is_default=True,
    fix="unsafe",
)
