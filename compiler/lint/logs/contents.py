"""Data of a log as text: as it was sent, without breakpoints, and as it reads."""

from __future__ import annotations

import json
from typing import Any

MARKS = ("cache_control", "cachePoint", "prompt_cache_breakpoint")
"""Fields that set a breakpoint where they stand; at the top of a body, at its end."""


def without_marks(value: Any) -> Any:
    """Data without its breakpoints."""
    if isinstance(value, dict):
        return {k: without_marks(v) for k, v in value.items() if k not in MARKS}
    if isinstance(value, list):
        return [without_marks(v) for v in value]
    return value


def is_marked(value: Any) -> bool:
    """Whether there is a breakpoint in some data."""
    if isinstance(value, dict):
        return any(k in MARKS for k in value) or any(
            is_marked(v) for v in value.values() if isinstance(v, dict | list)
        )
    if isinstance(value, list):
        return any(is_marked(v) for v in value)
    return False


def text_of(value: Any) -> str:
    """The bytes that a service sees, as far as a log keeps them: keys in the order in which they came."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def plain_text(data: Any) -> str:
    """The readable text of a message or block."""
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        return "".join(plain_text(each) for each in data)
    if isinstance(data, dict):
        for key in ("text", "content", "parts", "input_text", "output"):
            if data.get(key) is not None:
                return plain_text(data[key])
    return ""
