"""Where in a line of a log a request's body is: the line itself, or what it holds inside, even as a string."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Json = Any
DEPTH = 6

_ANSWERS = frozenset(
    "response response_body responseBody output outputs result results completion completions choices reply answer "
    "generations messages contents input tools".split()
)
"""Fields that hold an answer, or parts of a body: no body is looked for in them. `input` is one that may hold one."""

_WITH_MODEL = ("messages", "model", "instructions", "prompt", "text", "contents")


def path_to_body(data: dict[str, Json]) -> list[dict[str, Json]] | None:
    """The objects from a line's own to the body that it holds, the nearest one; None where there is none."""
    level = [[data]]
    for _ in range(DEPTH):
        for path in level:
            if is_body(path[-1]):
                return path
        level = [[*path, inner] for path in level for inner in _inside(path[-1])]
    return None


def is_body(data: Mapping[str, Json]) -> bool:
    """Whether an object is the body of a request."""
    if isinstance(data.get("inputs"), str) and ("parameters" in data or "stream" in data):
        return True
    if isinstance(data.get("text"), str) and "sampling_params" in data:
        return True
    if isinstance(data.get("message"), str) and isinstance(data.get("chat_history"), list):
        return True
    asked = (data.get(key) for key in ("messages", "input", "prompt", "contents"))
    return any(_is_asked(each) for each in asked) and any(key in data for key in _WITH_MODEL)


def _is_asked(value: Json) -> bool:
    return isinstance(value, list) or (isinstance(value, str) and decoded(value) is None)


def _inside(data: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    for key, value in data.items():
        if key in _ANSWERS and key != "input":
            continue
        held = decoded(value) if isinstance(value, str) else value
        if isinstance(held, dict):
            yield held


def decoded(text: str) -> dict[str, Json] | None:
    """The object that a string spells in JSON."""
    if text.lstrip()[:1] != "{":
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
