"""Messages of a chat as its template reads them: contents as text, arguments of tool calls as values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..model import ServedModel
from ..refusal import Refusal, wrong

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
FIELDS = ("reasoning_content", "reasoning", "thinking")
MOST_MESSAGES = 4_096


def read_messages(given: Sequence[dict[str, Any]], model: ServedModel) -> list[dict[str, Any]]:
    """The messages for the template. Raises Refusal."""
    if not given:
        raise wrong("messages", "there is no message")
    if len(given) > MOST_MESSAGES:
        raise wrong("messages", f"{len(given)} messages are more than {MOST_MESSAGES}")
    return [_message(each, f"messages[{at}]") for at, each in enumerate(given)]


def _message(given: dict[str, Any], where: str) -> dict[str, Any]:
    role = given.get("role")
    if role not in ROLES:
        raise wrong(where, f"a role is one of {', '.join(ROLES)}, not {role!r:.60}")
    made: dict[str, Any] = {"role": "system" if role == "developer" else role}
    made["content"] = _content(given.get("content"), where)
    for name in ("name", "tool_call_id"):
        if isinstance(given.get(name), str):
            made[name] = given[name]
    made |= _reasoning(given) if role == "assistant" else {}
    if given.get("tool_calls"):
        made["tool_calls"] = [_tool_call(each, where) for each in _list(given["tool_calls"], where)]
    return made


def _reasoning(given: dict[str, Any]) -> dict[str, str]:
    """What was thought before a message, under each name that a template may have for it."""
    found = (given.get(name) for name in FIELDS)
    text = next((each for each in found if isinstance(each, str) and each), "")
    return dict.fromkeys(FIELDS, text) if text else {}


def _content(content: Any, where: str) -> str:
    """The text of a content. Parts stand below each other. Raises Refusal for what is no text."""
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(_text(part, where) for part in _list(content, where))


def _text(part: Any, where: str) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict):
        if part.get("type") in ("text", "input_text", "output_text") and isinstance(
            part.get("text"), str
        ):
            return part["text"]
        if part.get("type") == "refusal" and isinstance(part.get("refusal"), str):
            return part["refusal"]
        raise Refusal(
            400, "unsupported", f"a content of type {part.get('type')!r:.60} is not taken", "the model reads text",
            param=where,
        )  # fmt: skip
    raise wrong(where, "a content is a text or a list of parts")


def _tool_call(given: Any, where: str) -> dict[str, Any]:
    function = given.get("function") if isinstance(given, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise wrong(where, "a tool call has a `function` with a `name` and `arguments`")
    return {
        "id": given.get("id"),
        "type": "function",
        "function": {"name": function["name"], "arguments": _arguments(function.get("arguments"))},
    }


def _arguments(given: Any) -> Any:
    """Arguments as a value, which templates expect; a text that is no JSON stays one."""
    if not isinstance(given, str):
        return given or {}
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        return given


def _list(given: Any, where: str) -> list[Any]:
    if not isinstance(given, list):
        raise wrong(where, f"a list was expected, not {given!r:.60}")
    return given
