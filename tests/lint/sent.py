"""One call to a model, in no provider's words, and the forms that OpenAI and text servers take it in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Sent:
    """One call. `said`: messages as OpenAI's chat has them; `marks`: where breakpoints stand (`system`, `newest`)."""

    system: str
    said: list[Json]
    tools: list[Json] = field(default_factory=list)
    choice: str = ""
    thinks: bool | None = None
    schema: Json | None = None
    marks: tuple[str, ...] = ()


def clean(body: Json) -> Json:
    """A body without what isn't set."""
    return {key: value for key, value in body.items() if value not in (None, [], "")}


def chat(sent: Sent) -> Json:
    """OpenAI's chat, and everybody who speaks it."""
    functions = [{"type": "function", "function": tool} for tool in sent.tools]
    schema = {"type": "json_schema", "json_schema": {"name": "answer", "schema": sent.schema}}
    efforts = {True: "high", False: "none", None: None}
    return clean(
        {
            "model": "gpt-5.1",
            "messages": [{"role": "system", "content": sent.system}, *sent.said],
            "tools": functions,
            "tool_choice": sent.choice,
            "reasoning_effort": efforts[sent.thinks],
            "response_format": schema if sent.schema else None,
        }
    )


def responses(sent: Sent) -> Json:
    """OpenAI's Responses: calls and their results are items of their own."""
    items: list[Json] = []
    for message in sent.said:
        items += _items(message)
    effort = {True: "high", False: "none"}
    schema = {"format": {"type": "json_schema", "name": "answer", "schema": sent.schema}}
    return clean(
        {
            "model": "gpt-5.1",
            "instructions": sent.system,
            "input": items,
            "tools": [{"type": "function", **tool} for tool in sent.tools],
            "tool_choice": sent.choice,
            "reasoning": {"effort": effort[sent.thinks]} if sent.thinks is not None else None,
            "text": schema if sent.schema else None,
        }
    )


def _items(message: Json) -> list[Json]:
    if message["role"] == "tool":
        call = message["tool_call_id"]
        return [{"type": "function_call_output", "call_id": call, "output": message["content"]}]
    found: list[Json] = []
    if thought := message.get("reasoning_content"):
        summary = [{"type": "summary_text", "text": thought}]
        found.append({"type": "reasoning", "id": "rs_1", "summary": summary})
    for call in message.get("tool_calls", ()):
        found.append({"type": "function_call", "call_id": call["id"], **call["function"]})
    if isinstance(message.get("content"), str):
        kind = "output_text" if message["role"] == "assistant" else "input_text"
        content = [{"type": kind, "text": message["content"]}]
        found.append({"type": "message", "role": message["role"], "content": content})
    elif message.get("content"):
        found.append({"role": message["role"], "content": message["content"]})
    return found


def rendered(sent: Sent) -> str:
    """The prompt that a chat template makes of a call."""
    turns = [{"role": "system", "content": sent.system + _tools_text(sent)}, *sent.said]
    text = "".join(f"<|im_start|>{m['role']}\n{_turn_text(m)}<|im_end|>\n" for m in turns)
    return f"{text}<|im_start|>assistant\n"


def _tools_text(sent: Sent) -> str:
    lines = "".join(json.dumps({"type": "function", "function": t}) + "\n" for t in sent.tools)
    return f"\n# Tools\n<tools>\n{lines}</tools>" if lines else ""


def _turn_text(message: Json) -> str:
    thought = message.get("reasoning_content")
    calls = "".join(
        f"\n<tool_call>\n{json.dumps(call['function'])}\n</tool_call>"
        for call in message.get("tool_calls", ())
    )
    content = message.get("content") or ""
    text = content if isinstance(content, str) else "".join(b["text"] for b in content)
    return (f"<think>\n{thought}\n</think>\n\n" if thought else "") + text + calls
