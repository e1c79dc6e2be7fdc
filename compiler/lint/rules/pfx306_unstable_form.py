"""PFX306: looks for object addresses and default representations that become text.

Why is this bad?
Addresses differ in every process.

Example
    f"Tool: {handler}"

Use instead
    f"Tool: {handler.__name__}"

Fix safety
There is no fix: what to write depends on what the text is for.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import ERROR, Rule

RULE = Rule(
    code="PFX306",
    name="unstable-form",
    causes=(Cause.ADDRESS,),
    severity=ERROR,
    headline="{what} reaches the {region}",
    help="format values by hand: their default form holds an address",
)
