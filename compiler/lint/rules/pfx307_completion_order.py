"""PFX307: looks for results of parallel tools that are stored in the order in which they end.

Why is this bad?
The next turn, rebuilt from storage, has another order than the one that was sent.

Example
    for task in asyncio.as_completed(tasks): results.append(await task)

Use instead
    results = await asyncio.gather(*tasks)

Fix safety
The order of results is visible to the model.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX307",
    name="completion-order",
    causes=(Cause.COMPLETION, Cause.ENDED),
    severity=ERROR,
    headline="{what}: results are stored as calls end, and replayed in that order or another",
    help="store results in the order of the calls",
    fix="unsafe",
)
