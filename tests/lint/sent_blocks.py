"""The same call for providers whose messages are lists of blocks: Anthropic, Gemini, Bedrock."""

from __future__ import annotations

import json

from sent import Json, Sent, clean

MARK = {"cache_control": {"type": "ephemeral"}}


def anthropic(sent: Sent) -> Json:
    """Anthropic's messages: results of tools are blocks of a user's message."""
    messages = _grouped([_blocks(message) for message in sent.said])
    if "newest" in sent.marks:
        messages[-1]["content"] = [
            *messages[-1]["content"][:-1],
            messages[-1]["content"][-1] | MARK,
        ]
    system = {"type": "text", "text": sent.system}
    thinking = {True: {"type": "enabled", "budget_tokens": 2000}, False: {"type": "disabled"}}
    schema = {"format": {"type": "json_schema", "schema": sent.schema}}
    return clean(
        {
            "model": "claude-sonnet-5",
            "max_tokens": 4000,
            "system": [system | MARK if "system" in sent.marks else system],
            "messages": messages,
            "tools": [
                {
                    "name": t["name"],
                    "description": t["description"],
                    "input_schema": t["parameters"],
                }
                for t in sent.tools
            ],
            "tool_choice": {"type": sent.choice} if sent.choice else None,
            "thinking": thinking[sent.thinks] if sent.thinks is not None else None,
            "output_config": schema if sent.schema else None,
        }
    )


def _blocks(message: Json) -> tuple[str, list[Json]]:
    content = message.get("content")
    texts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    if message["role"] == "tool":
        result = {"type": "tool_result", "tool_use_id": message["tool_call_id"], "content": texts}
        return "user", [result]
    thought = message.get("reasoning_content")
    thoughts = [{"type": "thinking", "thinking": thought, "signature": "x"}] if thought else []
    calls = [
        {
            "type": "tool_use",
            "id": call["id"],
            "name": call["function"]["name"],
            "input": json.loads(call["function"]["arguments"]),
        }
        for call in message.get("tool_calls", ())
    ]
    return message["role"], [*thoughts, *texts, *calls]


def _grouped(messages: list[tuple[str, list[Json]]]) -> list[Json]:
    found: list[Json] = []
    for role, blocks in messages:
        if found and found[-1]["role"] == role:
            found[-1]["content"] += blocks
        else:
            found.append({"role": role, "content": list(blocks)})
    return found


def gemini(sent: Sent) -> Json:
    """Gemini's contents, as its REST interface takes them."""
    contents = _grouped([_parts(message) for message in sent.said])
    modes = {"auto": "AUTO", "none": "NONE"}
    config: Json = {"temperature": 0.2}
    if sent.schema:
        config |= {"responseMimeType": "application/json", "responseSchema": sent.schema}
    if sent.thinks is not None:
        config["thinkingConfig"] = {"thinkingBudget": 2000 if sent.thinks else 0}
    return clean(
        {
            "systemInstruction": {"parts": [{"text": sent.system}]},
            "contents": [{"role": c["role"], "parts": c["content"]} for c in contents],
            "tools": [{"functionDeclarations": sent.tools}] if sent.tools else None,
            "toolConfig": {"functionCallingConfig": {"mode": modes[sent.choice]}}
            if sent.choice
            else None,
            "generationConfig": config,
        }
    )


def _parts(message: Json) -> tuple[str, list[Json]]:
    if message["role"] == "tool":
        response = {"name": "find", "response": {"result": message["content"]}}
        return "user", [{"functionResponse": response}]
    role = "model" if message["role"] == "assistant" else str(message["role"])
    thought = message.get("reasoning_content")
    thoughts = [{"text": thought, "thought": True}] if thought else []
    content = message.get("content")
    texts = [{"text": content}] if isinstance(content, str) else content or []
    calls = [
        {
            "functionCall": {
                "name": c["function"]["name"],
                "args": json.loads(c["function"]["arguments"]),
            }
        }
        for c in message.get("tool_calls", ())
    ]
    return role, [*thoughts, *texts, *calls]


def converse(sent: Sent) -> Json:
    """Bedrock's converse: breakpoints are blocks of their own."""
    point = {"cachePoint": {"type": "default"}}
    messages = _grouped([_converse_blocks(message) for message in sent.said])
    if "newest" in sent.marks:
        messages[-1]["content"].append(point)
    tools: list[Json] = [
        {
            "toolSpec": {
                "name": t["name"],
                "description": t["description"],
                "inputSchema": {"json": t["parameters"]},
            }
        }
        for t in sent.tools
    ]
    choice = {"toolChoice": {sent.choice: {}}} if sent.choice else {}
    thinking = {True: {"type": "enabled", "budget_tokens": 2000}, False: {"type": "disabled"}}
    more = {"thinking": thinking[sent.thinks]} if sent.thinks is not None else None
    return clean(
        {
            "modelId": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "system": [{"text": sent.system}, *([point] if "system" in sent.marks else [])],
            "messages": messages,
            "toolConfig": {"tools": tools, **choice} if tools else None,
            "inferenceConfig": {"maxTokens": 400},
            "additionalModelRequestFields": more,
        }
    )


def _converse_blocks(message: Json) -> tuple[str, list[Json]]:
    content = message.get("content")
    texts = [{"text": content}] if isinstance(content, str) else content or []
    if message["role"] == "tool":
        return "user", [{"toolResult": {"toolUseId": message["tool_call_id"], "content": texts}}]
    thought = message.get("reasoning_content")
    thoughts = [{"reasoningContent": {"reasoningText": {"text": thought}}}] if thought else []
    calls = [
        {
            "toolUse": {
                "toolUseId": call["id"],
                "name": call["function"]["name"],
                "input": json.loads(call["function"]["arguments"]),
            }
        }
        for call in message.get("tool_calls", ())
    ]
    return message["role"], [*thoughts, *texts, *calls]
