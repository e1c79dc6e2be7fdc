r"""PFX505: looks for tokenizers and templates that are fetched by name without a revision.

Why is this bad?
Another revision of the template renders other bytes: what a check has seen is not what the server sends.

Example
    AutoTokenizer.from_pretrained("org/model")

Use instead
    AutoTokenizer.from_pretrained("org/model", revision="0a1b2c3")

Fix safety
Which revision is meant is yours to say.

Known problems
Only modules that send prompts, or render them, are looked at.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX505",
    name="revision-not-pinned",
    causes=(Cause.UNPINNED,),
    severity=WARNING,
    headline="{what} takes whatever revision is newest",
    help="name the `revision=`, or a folder",
)
