import uuid
from typing import Any

import litellm

NAMESPACE = uuid.UUID("6f1d3c1e-5c0a-4b53-9d0c-0c3a4b0f4f11")


def call_id(index: int, name: str, arguments: str) -> str:
    return "call_" + uuid.uuid5(NAMESPACE, f"{index}|{name}|{arguments}").hex[:24]


def with_ids(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    out = []
    pending: list[str] = []
    for index, message in enumerate(messages):
        message = dict(message)
        if message.get("tool_calls"):
            calls = []
            for call in message["tool_calls"]:
                fn = call["function"]
                calls.append({**call, "id": call_id(index, fn["name"], fn["arguments"])})
            message["tool_calls"] = calls
            pending = [c["id"] for c in calls]
        elif message["role"] == "tool":
            message["tool_call_id"] = pending.pop(0)
        out.append(message)
    return out


def proceed(system: str, messages: list[dict], tools: list[dict]):
    return litellm.completion(
        model="gemini/gemini-2.5-pro",
        messages=[{"role": "system", "content": system}, *with_ids(messages)],
        tools=tools,
    )
