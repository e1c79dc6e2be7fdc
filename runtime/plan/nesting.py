"""How deeply JSON text is nested, found without recursion and before anything decodes it."""

from __future__ import annotations

import re

MAX_DEPTH = 200
"""The deepest JSON that is read from a user's file."""

_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def is_too_deep(data: bytes, limit: int = MAX_DEPTH) -> bool:
    """Whether arrays and objects stand inside each other more than `limit` times."""
    depth = 0
    for found in _BRACKET.finditer(data):
        if found.group() in (b"[", b"{"):
            depth += 1
            if depth > limit:
                return True
        elif found.group() in (b"]", b"}"):
            depth -= 1
    return False
