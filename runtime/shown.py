"""Text of others as it may be shown: control characters as their codes, and no credentials.

Terminals and logs show it. What a control character would do to a terminal, from moving its cursor to setting its
title, is nothing that a model, a server, a key or a file should decide.
"""

from __future__ import annotations

import re

from .secrets import without_secrets

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 without tab and line feed, DEL, C1
    "\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"  # what turns the direction of text, or ends a line
    "\ud800-\udfff]"  # halves of characters, which no encoding takes
    "|\r(?!\n)"
)


def plain(text: str) -> str:
    """Text as a terminal may have it: control characters as their codes, `\\x1b` for an escape."""
    return _CONTROL.sub(_code, text)


def plain_json(text: str) -> str:
    """The same for a line of JSON, which it stays."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def shown(text: str) -> str:
    """Text of others as a message may have it: no control characters, no credentials."""
    return plain(without_secrets(text))


def _code(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
