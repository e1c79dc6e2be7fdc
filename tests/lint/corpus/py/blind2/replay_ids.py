"""Rebuilds OpenAI messages from our event table."""
import uuid
from collections.abc import Iterable
from typing import Any

from openai import OpenAI

client = OpenAI()


def rebuild(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    last_call = ""
    for event in events:
        match event:
            case {"kind": "user", "text": text}:
                messages.append({"role": "user", "content": text})
            case {"kind": "say", "text": text}:
                messages.append({"role": "assistant", "content": text})
            case {"kind": "call", "tool": name, "raw": raw}:
                last_call = f"call_{uuid.uuid4().hex[:24]}"  # want: PFX102 PFX207
                messages.append(
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [{"id": last_call, "type": "function", "function": {"name": name, "arguments": raw}}],
                    }
                )
            case {"kind": "result", "text": text}:
                messages.append({"role": "tool", "tool_call_id": last_call, "content": text})
    return messages


def next_message(system: str, events: list[dict], tools: list[dict]):
    return client.chat.completions.create(
        model="gpt-4.1",
        messages=[{"role": "system", "content": system}, *rebuild(events)],  # want: PFX102 PFX207
        tools=tools,
    )
