"""PFX207: looks for histories whose earlier messages change from call to call: sliding windows, pruned tool
results, summaries made anew, messages that are sent and not stored.

Why is this bad?
From the first changed message on everything is computed again, on every turn, for as long as the conversation
goes on.

Example
    messages = [system, *history[-40:]]

Use instead
    start = max(0, len(history) - 40) // 20 * 20
    messages = [system, *history[start:]]

Fix safety
A longer history is another prompt.

Known problems
A window that moves in strides, and a history that is cut and stored, are the accepted mend and are not
reported.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX207",
    name="rewritten-history",
    causes=(
        Cause.WINDOW,
        Cause.REWRITTEN,
        Cause.UNSAVED,
        Cause.SHAPE,
        Cause.REASONING,
        Cause.ENDED,
    ),
    severity=ERROR,
    headline="{what}: what was sent before is not a prefix of what is sent now",
    help="keep the history append-only; when it grows too long, cut it in large steps and store the result",
    is_default=True,
    fix="unsafe",
)
