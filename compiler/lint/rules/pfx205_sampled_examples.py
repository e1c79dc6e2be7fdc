"""PFX205: looks for examples that are sampled, shuffled or chosen by similarity in a prefix.

Why is this bad?
Each call has other examples, so none of them is shared.

Example
    shots = random.sample(POOL, 4)

Use instead
    shots = random.Random(7).sample(POOL, 4)

Fix safety
Other examples are another prompt.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX205",
    name="sampled-examples",
    causes=(Cause.SAMPLED,),
    severity=WARNING,
    headline="{what} choose examples anew for each call",
    help="choose examples once, with a seed, and keep their order",
    fix="unsafe",
)
