"""Input items of the Responses API as messages of a chat."""

from __future__ import annotations

from typing import Any

from ..refusal import Refusal, wrong


def messages_of(
    instructions: str | None, given: str | list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The conversation. Calls of functions that follow each other are one turn of the assistant. Raises Refusal."""
    made: list[dict[str, Any]] = []
    if instructions:
        made.append({"role": "system", "content": instructions})
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    for at, item in enumerate(items):
        _add(made, item, f"input[{at}]")
    return made


def _add(made: list[dict[str, Any]], item: dict[str, Any], where: str) -> None:
    match item.get("type", "message"):
        case "message":
            made.append({"role": item.get("role"), "content": item.get("content")})
        case "function_call":
            if not made or made[-1]["role"] != "assistant":
                made.append({"role": "assistant", "content": ""})
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


def _call(item: dict[str, Any]) -> dict[str, Any]:
    function = {"name": item.get("name"), "arguments": item.get("arguments")}
    return {"id": item.get("call_id"), "type": "function", "function": function}
