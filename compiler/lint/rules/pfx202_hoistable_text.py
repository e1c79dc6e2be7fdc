r"""PFX202: looks inside `unordered` for sections in which a value stands before text that never changes.

Why is this bad?
The compiler orders sections by how long they stay the same, but a section is moved as a whole: text behind a
value is only shared as long as the value is.

Example
    unordered:
        section:
            "{name} asks. "
            rules

Use instead
    unordered:
        section:
            "{name} asks. "
        section:
            rules

Fix safety
Where the sections are declared to have no order, the compiler moves them once they are apart.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX202",
    name="hoistable-text",
    causes=(Cause.HOISTABLE,),
    severity=WARNING,
    headline="{what} holds text back that could stand first",
    help="give the text that never changes a `section:` of its own",
    is_default=True,
    fix="performed",
)
