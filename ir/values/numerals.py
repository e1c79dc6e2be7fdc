"""Whole numbers written in digits, and nothing else that Python calls a digit: `²` is one, and no number. A leaf."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"[0-9]{1,18}")


def whole(text: str) -> int | None:
    """The number that 1 to 18 digits say; None for every other text."""
    return int(text) if _WHOLE.fullmatch(text) else None
