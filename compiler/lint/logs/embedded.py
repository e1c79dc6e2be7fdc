"""Data that stands in a text: whether two texts hold the same objects, in another spelling."""

from __future__ import annotations

import json

_READER = json.JSONDecoder()
_MOST = 400
"""Opening braces of one text at which an object is looked for."""


def are_spelled_otherwise(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but how the objects in them are written down."""
    return one != other and "{" in one and "{" in other and _as_data(one) == _as_data(other)


def _as_data(text: str) -> list[object]:
    """A text in pieces: what stands between its objects, and the objects as data."""
    found: list[object] = []
    start = at = 0
    for _ in range(_MOST):
        at = text.find("{", at)
        if at < 0:
            break
        try:
            data, end = _READER.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        found += [text[start:at], data]
        start = at = end
    return [*found, text[start:]]
