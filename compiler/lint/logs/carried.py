"""What a message of a log carries beside its text: blocks, reasoning, arguments of calls, results of tools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .contents import text_of, without_marks
from .units import Unit

_REASONING = ("reasoning_content", "reasoning", "thinking", "reasoning_details")
_THOUGHTS = ("thinking", "redacted_thinking", "reasoning")
_RESULTS = ("toolResult", "functionResponse", "function_response")
_CALLS = (("toolUse", "input"), ("functionCall", "args"), ("function_call", "args"))


_RESULT_ROLES = ("tool", "function", "function_call_output", "ipython", "observation")
_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>\s*", re.S)
"""Reasoning as templates write it in front of an answer."""


def blocks_of(unit: Unit) -> list[Any]:
    """The blocks of a message, or its text as the only one."""
    data = unit.data
    content = data.get("content", data.get("parts")) if isinstance(data, dict) else data
    return content if isinstance(content, list) else [content]


def reasoning_of(unit: Unit) -> str:
    """The reasoning that a message carries."""
    data = unit.data
    if not isinstance(data, dict):
        return ""
    found = [text_of(data[key]) for key in _REASONING if data.get(key)]
    if isinstance(data.get("content"), str) and unit.role == "assistant":
        found += _THOUGHT.findall(data["content"])
    if data.get("type") == "reasoning":
        found.append(text_of(data))
    found += [text_of(b.get("thinking") or b) for b in blocks_of(unit) if is_thought(b)]
    return "".join(found)


def is_thought(block: Any) -> bool:
    """Whether a block is reasoning."""
    if not isinstance(block, dict):
        return False
    return (
        block.get("type") in _THOUGHTS
        or block.get("thought") is True
        or "reasoningContent" in block
    )


def without_reasoning(unit: Unit) -> str:
    """A message's text without its reasoning."""
    data = unit.data
    if not isinstance(data, dict):
        return unit.text
    kept = {k: v for k, v in data.items() if k not in _REASONING}
    if isinstance(kept.get("content"), str) and unit.role == "assistant":
        kept["content"] = _THOUGHT.sub("", kept["content"])
    for key in ("content", "parts"):
        if isinstance(kept.get(key), list):
            kept[key] = [b for b in kept[key] if not is_thought(b)]
    return text_of(without_marks(kept))


def arguments_of(unit: Unit) -> list[str]:
    """The arguments of the tool calls of a message, as they were sent."""
    data = unit.data
    if not isinstance(data, dict):
        return []
    found = [
        call.get("function", call).get("arguments", call.get("args"))
        for call in data.get("tool_calls") or []
        if isinstance(call, dict) and isinstance(call.get("function", call), dict)
    ]
    if data.get("type") == "function_call":
        found.append(data.get("arguments"))
    found += [a for block in blocks_of(unit) if isinstance(block, dict) for a in _of_block(block)]
    return [text_of(each) for each in found if each is not None]


def _of_block(block: dict[str, Any]) -> Iterator[Any]:
    if block.get("type") == "tool_use":
        yield block.get("input")
    for name, arguments in _CALLS:
        if isinstance(held := block.get(name), dict):
            yield held.get(arguments)


def kind_of(unit: Unit) -> str:
    """What a message brings: results of tools, calls of them, or what its role says."""
    if carries_results(unit):
        return "results"
    return "calls" if arguments_of(unit) or "<tool_call>" in unit.plain else unit.role


def carries_results(unit: Unit) -> bool:
    """Whether a message gives results of tools."""
    is_written = unit.plain.lstrip().startswith("<tool_response>")
    return unit.role in _RESULT_ROLES or is_written or any(map(is_result, blocks_of(unit)))


def is_result(block: Any) -> bool:
    """Whether a block is the result of a tool."""
    if not isinstance(block, dict):
        return False
    return block.get("type") == "tool_result" or any(name in block for name in _RESULTS)
