"""What a message of a log carries beside its text: blocks, reasoning, arguments of calls."""

from __future__ import annotations

from typing import Any

from .contents import text_of, without_marks
from .units import Unit

_REASONING = ("reasoning_content", "reasoning", "thinking", "reasoning_details")


def blocks_of(unit: Unit) -> list[Any]:
    """The blocks of a message, or its text as the only one."""
    content = unit.data.get("content") if isinstance(unit.data, dict) else unit.data
    return content if isinstance(content, list) else [content]


def reasoning_of(unit: Unit) -> str:
    """The reasoning that a message carries."""
    data = unit.data
    if not isinstance(data, dict):
        return ""
    found = [text_of(data[key]) for key in _REASONING if data.get(key)]
    for block in blocks_of(unit):
        if isinstance(block, dict) and block.get("type") in (
            "thinking",
            "redacted_thinking",
            "reasoning",
        ):
            found.append(text_of(block.get("thinking") or block))
    return "".join(found)


def without_reasoning(unit: Unit) -> str:
    """A message's text without its reasoning."""
    data = unit.data
    if not isinstance(data, dict):
        return unit.text
    kept = {k: v for k, v in data.items() if k not in _REASONING}
    content = kept.get("content")
    if isinstance(content, list):
        kept["content"] = [
            b
            for b in content
            if not (
                isinstance(b, dict)
                and b.get("type") in ("thinking", "redacted_thinking", "reasoning")
            )
        ]
    return text_of(without_marks(kept))


def arguments_of(unit: Unit) -> list[str]:
    """The arguments of the tool calls of a message, as they were sent."""
    data = unit.data
    if not isinstance(data, dict):
        return []
    found = [
        call.get("function", call).get("arguments")
        for call in data.get("tool_calls") or []
        if isinstance(call, dict) and isinstance(call.get("function", call), dict)
    ]
    if data.get("type") == "function_call":
        found.append(data.get("arguments"))
    return [text_of(each) for each in found if each is not None]
