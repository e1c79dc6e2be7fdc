r"""PFX102: looks for random values, fresh ids, nonces, temporary paths, signed links and salted hashes in
front of text that stays the same longer.

Why is this bad?
No two calls begin alike, so nothing behind the value is ever read from the cache.

Example
    system = f"[request {uuid.uuid4()}]\n{RULES}"

Use instead
    client.chat.completions.create(..., extra_headers={"X-Request-Id": request_id})

Fix safety
Moving text changes what the model reads, so it is never done for you.

Known problems
An id that is minted once and stored is stable; the rule sees it only where storing is visible.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX102",
    name="random-in-prefix",
    causes=(Cause.RANDOM, Cause.SIGNED, Cause.HASHED, Cause.SAMPLED),
    severity=ERROR,
    headline="{what} stands in the {region}, before text that could be shared",
    help="keep ids and nonces out of the text: headers and metadata carry them",
    is_default=True,
    fix="unsafe",
)
