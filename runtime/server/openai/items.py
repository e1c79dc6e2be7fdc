"""Input items of the Responses API as messages of a chat."""

from __future__ import annotations

from typing import Any

from ..refusal import Refusal, wrong

THOUGHT = "(reasoning)"
"""Stands for reasoning until the turn that it led to comes."""


def messages_of(
    instructions: str | None, given: str | list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The conversation. Calls of functions that follow each other are one turn of the assistant. Raises Refusal.

    Reasoning goes into the turn that it led to.
    """
    made: list[dict[str, Any]] = []
    if instructions:
        made.append({"role": "system", "content": instructions})
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    for at, item in enumerate(items):
        _add(made, item, f"input[{at}]")
    return [each for each in made if each["role"] != THOUGHT]


def _add(made: list[dict[str, Any]], item: dict[str, Any], where: str) -> None:
    thought = made.pop()["content"] if made and made[-1]["role"] == THOUGHT else ""
    found = {"reasoning_content": thought} if thought else {}
    match item.get("type", "message"):
        case "message":
            about = found if item.get("role") == "assistant" else {}
            made.append({"role": item.get("role"), "content": item.get("content"), **about})
        case "reasoning":
            made.append({"role": THOUGHT, "content": _thought(item, where)})
        case "function_call":
            if not made or made[-1]["role"] != "assistant":
                made.append({"role": "assistant", "content": "", **found})
            made[-1].setdefault("tool_calls", []).append(_call(item))
        case "function_call_output":
            output = item.get("output")
            if not isinstance(output, str | list):
                raise wrong(where, "`output` is a text or a list of parts")
            made.append({"role": "tool", "tool_call_id": item.get("call_id"), "content": output})
        case other:
            raise Refusal(
                400, "unsupported", f"an item of type {other!r:.60} is not taken", param=where
            )


def _thought(item: dict[str, Any], where: str) -> str:
    """The reasoning of an item that a response gave. Raises Refusal."""
    parts = item.get("content") or []
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise wrong(where, "the `content` of reasoning is a list of parts")
    return "".join(part["text"] for part in parts if isinstance(part.get("text"), str))


def _call(item: dict[str, Any]) -> dict[str, Any]:
    function = {"name": item.get("name"), "arguments": item.get("arguments")}
    return {"id": item.get("call_id"), "type": "function", "function": function}
