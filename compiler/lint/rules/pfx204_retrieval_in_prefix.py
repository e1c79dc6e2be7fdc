r"""PFX204: looks for search results and recalled memories above instructions or history.

Why is this bad?
Results differ by question, and often in order for one question.

Example
    system = "\n".join(hits) + RULES

Use instead
    messages.append({"role": "user", "content": "\n".join(hits) + question})

Fix safety
Moving text changes what the model reads, so it is never done for you.

Known problems
Retrieval is told by the name of what is called.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX204",
    name="retrieval-in-prefix",
    causes=(Cause.RETRIEVED,),
    severity=WARNING,
    headline="{what} stands in the {region}, before text that could be shared",
    help="put passages behind the instructions, in the message that asks",
    fix="unsafe",
)
