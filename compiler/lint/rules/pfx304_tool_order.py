"""PFX304: looks for tool lists in the order of connections, of answers of servers, or of a set.

Why is this bad?
Tools stand before everything else. A moved tool makes the whole prompt new.

Example
    tools = [*await session.list_tools()]

Use instead
    tools = sorted(await session.list_tools(), key=lambda t: t.name)

Fix safety
The order of tools carries no meaning.
"""

from __future__ import annotations

from ..finding import Cause
from ..rule import WARNING, Rule

RULE = Rule(
    code="PFX304",
    name="tool-order",
    causes=(Cause.TOOL_ORDER,),
    severity=WARNING,
    headline="{what}: the tools come in an order that is not fixed",
    help="sort the tools by name after every change of the set",
    is_default=True,
    fix="safe",
)
