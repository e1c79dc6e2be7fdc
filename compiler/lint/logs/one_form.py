"""A body of any provider in one form: tools in a list, options at the top, breakpoints at the block they follow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

Json = Any
_CONFIGS = ("config", "generationConfig", "generation_config", "toolConfig", "tool_config")
_MORE = ("additionalModelRequestFields", "chat_template_kwargs", *_CONFIGS)
"""Objects of a body whose fields are options of the call."""

_NAMES = {
    "thinkingConfig": "thinking",
    "thinking_config": "thinking",
    "enable_thinking": "thinking",
    "responseSchema": "response_format",
    "response_schema": "response_format",
    "responseJsonSchema": "response_format",
    "response_json_schema": "response_format",
    "functionCallingConfig": "tool_choice",
    "function_calling_config": "tool_choice",
    "toolChoice": "tool_choice",
    "systemInstruction": "system",
    "system_instruction": "system",
    "preamble": "system",
    "preamble_override": "system",
}
_ROLES = {"human": "user", "ai": "assistant", "AIMessageChunk": "assistant", "CHATBOT": "assistant"}
_CLASSES = {"HumanMessage": "user", "AIMessage": "assistant", "AIMessageChunk": "assistant"}
_CLASSES |= {"SystemMessage": "system", "ToolMessage": "tool", "FunctionMessage": "tool"}

_USUAL = ("user", "assistant", "tool", "system", "developer")


def in_one_form(body: Mapping[str, Json]) -> dict[str, Json]:
    """The same request with other providers' fields under the names that all others have."""
    found = dict(body)
    for name in _MORE:
        held = found.get(name)
        if isinstance(held, dict):
            found |= {k: v for k, v in _flat(held).items() if k not in found}
    for name, usual in _NAMES.items():
        if found.get(name) is not None and found.get(usual) is None:
            found[usual] = found.pop(name)
    if isinstance(found.get("tools"), list):
        found["tools"] = _marked(_declared(found["tools"]))
    if isinstance(found.get("system"), list):
        found["system"] = _marked(found["system"])
    found["messages"] = _messages(found)
    return found


def _flat(held: Mapping[str, Json]) -> dict[str, Json]:
    """The fields of an object, and those of the options' objects inside it."""
    found = dict(held)
    for name in _CONFIGS:
        if isinstance(held.get(name), dict):
            found |= held[name]
    return found


def _declared(tools: Sequence[Json]) -> list[Json]:
    """Gemini's tools: lists of functions inside the list."""
    found: list[Json] = []
    for tool in tools:
        held = tool if isinstance(tool, dict) else {}
        many = held.get("functionDeclarations") or held.get("function_declarations")
        found += many if isinstance(many, list) else [tool]
    return found


def _marked(blocks: Sequence[Json]) -> list[Json]:
    """Blocks with Bedrock's breakpoints, which stand alone, put on the blocks that they follow."""
    found: list[Json] = []
    for block in blocks:
        alone = isinstance(block, dict) and set(block) == {"cachePoint"}
        if alone and found and isinstance(found[-1], dict):
            found[-1] = {**found[-1], **block}
        elif not alone:
            found.append(block)
    return found


# --- messages ----------------------------------------------------------------------------------------------


def _messages(body: Mapping[str, Json]) -> Json:
    names = ("messages", "input", "contents", "prompt", "inputs", "text")
    held = next((body[name] for name in names if body.get(name) is not None), None)
    if isinstance(body.get("message"), str) and isinstance(body.get("chat_history"), list):
        newest = {"role": "USER", "message": body["message"]}
        held = [_of_cohere(each) for each in (*body["chat_history"], newest)]
    if isinstance(held, str) and held[:1] == "[":
        held = _decoded(held)
    if isinstance(held, list) and len(held) == 1 and isinstance(held[0], list):
        held = held[0]
    if isinstance(held, list) and len(held) == 1 and isinstance(held[0], str):
        return held[0]
    if isinstance(held, list) and held and all(isinstance(each, int) for each in held):
        return " ".join(map(str, held))
    return [_message(each) for each in held] if isinstance(held, list) else held


def _of_cohere(data: Json) -> Json:
    """A turn of Cohere's first interface."""
    if not isinstance(data, dict) or not isinstance(data.get("message"), str):
        return data
    role = str(data.get("role", ""))
    return {"role": _ROLES.get(role, role.lower()), "content": data["message"]}


def _decoded(text: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _message(data: Json) -> Json:
    if not isinstance(data, dict) or _is_usual(data):
        return data
    if data.get("type") == "constructor" and isinstance(data.get("kwargs"), dict):
        return _serialised(str((data.get("id") or [""])[-1]), data["kwargs"])
    kind = data.get("role", data.get("type"))
    if isinstance(data.get("data"), dict) and kind in (*_ROLES, "system", "tool"):
        data = {"role": kind, **data["data"]}
    if kind in _ROLES:
        data = {**data, "role": _ROLES[kind]}
    if isinstance(data.get("content"), list):
        return {**data, "content": _marked(data["content"])}
    return data


def _is_usual(data: Mapping[str, Json]) -> bool:
    """Whether a message has the form that all others get: nearly every one of a log has."""
    if data.get("role") not in _USUAL or not isinstance(data.get("content"), str):
        return False
    return len(data) == 2 or not ("type" in data or "data" in data)


def _serialised(kind: str, held: Mapping[str, Json]) -> dict[str, Json]:
    """A message as LangChain writes its own objects down."""
    more = held.get("additional_kwargs")
    kept = {k: v for k, v in held.items() if k in ("content", "tool_calls", "tool_call_id", "name")}
    return {"role": _CLASSES.get(kind, kind), **(more if isinstance(more, dict) else {}), **kept}
