r"""PFX105: looks for the working directory, git state, host and environment dumps in front of text that stays
the same longer.

Why is this bad?
A restart elsewhere, another worktree or a commit makes the whole prompt new.

Example
    system = f"Folder: {os.getcwd()}\n" + RULES

Use instead
    system = RULES + f"\nFolder: {os.getcwd()}"

Fix safety
Moving text changes what the model reads, so it is never done for you.

Known problems
A single environment variable counts as part of the release.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX105",
    name="host-in-prefix",
    causes=(Cause.HOST,),
    severity=WARNING,
    headline="{what} stands in the {region}, before text that could be shared",
    help="put the working directory, git state and the like into the newest message",
    fix="unsafe",
)
