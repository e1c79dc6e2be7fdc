r"""PFX406: looks for shared prefixes that end inside a block of the target's cache.

Why is this bad?
Only full blocks are found again: the tokens of the last one are computed in every call.

Example
    1,030 tokens, blocks of 16: 6 tokens are computed each time

Use instead
    Nothing, mostly: a prefix is not worth filling up.

Fix safety
Filling up a prefix is never done for you.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import INFO, Rule

RULE = Rule(
    code="PFX406",
    name="prefix-ends-mid-block",
    causes=(Cause.MID_BLOCK,),
    severity=INFO,
    headline="{what}",
    help="move text that never changes in front, rather than filling up",
    is_opt_in=True,
)
