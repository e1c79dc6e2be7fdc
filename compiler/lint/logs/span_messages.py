"""The messages, system text and tools in a span's attributes: as JSON, in parts, or numbered one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Json = Any
_LISTS = (
    "gen_ai.input.messages",
    "gen_ai.prompt",
    "ai.prompt.messages",
    "ai.prompt",
    "request_data",
)
_LISTS += ("all_messages_events", "events", "input.value")
_NUMBERED = ("gen_ai.prompt", "llm.input_messages", "llm.prompts")
_TOOLS = ("gen_ai.tool.definitions", "gen_ai.request.tools", "ai.prompt.tools")
_NUMBERED_TOOLS = ("llm.request.functions", "llm.tools")


def messages_of(known: Mapping[str, Json]) -> list[dict[str, Json]]:
    """The messages of a call, with text, calls and reasoning where chat bodies have them."""
    for prefix in _NUMBERED:
        if found := numbered(known, prefix):
            return [_flattened(each) for each in found if isinstance(each, dict)]
    for name in _LISTS:
        held = decoded(known.get(name))
        if isinstance(held, dict):
            system = [{"role": "system", "content": held["system"]}] if held.get("system") else []
            held = [*system, *(decoded(held.get("messages")) or [])]
        if isinstance(held, list) and held:
            return [_message(each) for each in held if isinstance(each, dict)]
    prompt = known.get("gen_ai.prompt")
    return [{"role": "user", "content": prompt}] if isinstance(prompt, str) and prompt else []


def system_of(known: Mapping[str, Json]) -> Json:
    """The system text that stands apart from the messages."""
    held = decoded(known.get("gen_ai.system_instructions"))
    if not isinstance(held, list):
        return held
    texts = [p.get("content", p.get("text", "")) if isinstance(p, dict) else p for p in held]
    return "\n".join(map(str, texts))


def tools_of(known: Mapping[str, Json]) -> list[Json]:
    """The tools of a call."""
    for name in _TOOLS:
        held = decoded(known.get(name))
        if isinstance(held, list) and held:
            return [decoded(each) for each in held]
    for prefix in _NUMBERED_TOOLS:
        if found := numbered(known, prefix):
            return [_with_schema(decoded(_only(each))) for each in found]
    return []


def _with_schema(tool: Json) -> Json:
    """A tool whose schema may be spelled in JSON."""
    return {k: decoded(v) for k, v in tool.items()} if isinstance(tool, dict) else tool


def decoded(value: Json) -> Json:
    """A value, or what it spells in JSON."""
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _only(tool: Json) -> Json:
    """OpenInference keeps a tool as `tool.json_schema`."""
    held = tool.get("tool", tool) if isinstance(tool, dict) else tool
    return held.get("json_schema", held) if isinstance(held, dict) else held


def _message(data: dict[str, Json]) -> dict[str, Json]:
    """A message whose parts are text, reasoning, calls and results."""
    parts = data.get("parts")
    if not isinstance(parts, list) or "content" in data:
        return data
    found: dict[str, Json] = {"role": data.get("role", "")}
    texts, thoughts, calls = [], [], []
    for part in (p if isinstance(p, dict) else {"content": str(p)} for p in parts):
        kind = part.get("type", part.get("part_kind", "text"))
        if kind in ("reasoning", "thinking"):
            thoughts.append(str(part.get("content", "")))
        elif kind in ("tool_call", "tool-call"):
            calls.append(_call(part))
        else:
            held = part.get("content", part.get("text", part.get("response", part.get("result"))))
            texts.append(
                held if isinstance(held, str) else json.dumps(held if held is not None else part)
            )
    found["content"] = "\n".join(texts)
    if thoughts:
        found["reasoning_content"] = "".join(thoughts)
    if calls:
        found["tool_calls"] = calls
    ids = [p["id"] for p in parts if isinstance(p, dict) and "response" in p and p.get("id")]
    return found | ({"tool_call_id": ids[0]} if ids else {})


def _call(part: Mapping[str, Json]) -> dict[str, Json]:
    arguments = part.get("arguments", part.get("args", ""))
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    function = {"name": part.get("name", part.get("tool_name", "")), "arguments": text}
    return {
        "id": part.get("id", part.get("tool_call_id")),
        "type": "function",
        "function": function,
    }


# --- numbered attributes -----------------------------------------------------------------------------------


def numbered(known: Mapping[str, Json], prefix: str) -> list[Json]:
    """What stands under `prefix.0.role`, `prefix.0.tool_calls.1.name` and so on."""
    tree: dict[str, Json] = {}
    for key, value in known.items():
        steps = key[len(prefix) + 1 :].split(".") if key.startswith(f"{prefix}.") else []
        if len(steps) > 1 and steps[0].isdigit():
            _put(tree, steps, value)
    return _listed(tree) if tree else []


def _put(tree: dict[str, Json], steps: list[str], value: Json) -> None:
    for step in steps[:-1]:
        held = tree.setdefault(step, {})
        if not isinstance(held, dict):
            return
        tree = held
    tree[steps[-1]] = value


def _listed(tree: Json) -> Json:
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isdigit() for key in tree):
        return [_listed(tree[key]) for key in sorted(tree, key=int)]
    return {key: _listed(value) for key, value in tree.items()}


def _flattened(data: dict[str, Json]) -> dict[str, Json]:
    """A message of OpenInference without the names that it repeats at each level."""
    held = data.get("message", data)
    found = dict(held) if isinstance(held, dict) else {"content": held}
    calls = found.get("tool_calls")
    if isinstance(calls, list):
        found["tool_calls"] = [_told(c.get("tool_call", c)) for c in calls if isinstance(c, dict)]
    if isinstance(found.get("contents"), list):
        found["content"] = [
            c.get("message_content", c) for c in found.pop("contents") if isinstance(c, dict)
        ]
    return found


def _told(call: dict[str, Json]) -> dict[str, Json]:
    return call if "function" in call else _call(call)
