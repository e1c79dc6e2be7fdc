"""The spans and records in which tracers write a call down."""

from __future__ import annotations

import json
from typing import Any

from sent import Json, Sent, chat

Line = dict[str, Any] | str
"""A line of a log; what takes several is joined by line feeds."""

START = 1_790_000_000


def iso(n: int, end: str = "+00:00") -> str:
    """When the n-th call was made."""
    return f"2026-09-21T{13 + n // 60:02d}:{n % 60:02d}:20{end}"


def _turns(sent: Sent) -> list[Json]:
    return [{"role": "system", "content": sent.system}, *sent.said]


def _otel(n: int, attributes: dict[str, Any], **more: Any) -> Line:
    return {
        "name": "chat gpt-5.1",
        "trace_id": f"{n:032x}",
        "start_time": iso(n, "Z"),
        "attributes": {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-5.1",
            **attributes,
        },
        **more,
    }


def _otel_parts(sent: Sent) -> list[dict[str, Any]]:
    found = []
    for m in sent.said:
        parts: list[dict[str, Any]] = []
        if m.get("reasoning_content"):
            parts.append({"type": "reasoning", "content": m["reasoning_content"]})
        if m["role"] == "tool":
            parts.append(
                {"type": "tool_call_response", "id": m["tool_call_id"], "response": m["content"]}
            )
        elif isinstance(m.get("content"), str):
            parts.append({"type": "text", "content": m["content"]})
        for c in m.get("tool_calls", ()):
            parts.append({"type": "tool_call", "id": c["id"], **c["function"]})
        found.append({"role": m["role"], "parts": parts})
    return found


def _otel_known(sent: Sent) -> dict[str, Any]:
    tools = [{"type": "function", **t} for t in sent.tools]
    return {
        "gen_ai.system_instructions": json.dumps([{"type": "text", "content": sent.system}]),
        "gen_ai.input.messages": json.dumps(_otel_parts(sent)),
        **({"gen_ai.tool.definitions": json.dumps(tools)} if tools else {}),
    }


def span_details(n: int, sent: Sent) -> Line:
    """An event on a span that holds the messages as attributes."""
    event = {"name": "gen_ai.client.inference.operation.details", "attributes": _otel_known(sent)}
    return _otel(n, {}, events=[event])


def span_events(n: int, sent: Sent) -> Line:
    """An event for each message, on the span."""
    turns = _turns(sent)
    events = [
        {
            "name": f"gen_ai.{m['role']}.message",
            "attributes": {k: v for k, v in m.items() if k != "role"},
        }
        for m in turns
    ]
    tools = {"gen_ai.request.tools": json.dumps(chat(sent)["tools"])} if sent.tools else {}
    return _otel(n, tools, events=events)


def log_record(n: int, sent: Sent) -> Line:
    """The same details as a record of a log, as collectors write it."""
    known = {"gen_ai.request.model": "gpt-5.1", **_otel_known(sent)}
    pairs = [{"key": k, "value": {"stringValue": v}} for k, v in known.items()]
    record = {
        "timeUnixNano": str(START * 10**9 + n * 10**9),
        "eventName": "gen_ai.client.inference.operation.details",
        "traceId": f"{n:032x}",
        "attributes": pairs,
    }
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}


def event_records(n: int, sent: Sent) -> Line:
    """A record of a log for each message: those of one span are a call."""
    turns = _turns(sent)
    records = [
        {
            "timestamp": iso(n, "Z"),
            "event.name": f"gen_ai.{m['role']}.message",
            "trace_id": f"{n:032x}",
            "span_id": f"{n:016x}",
            "body": {k: v for k, v in m.items() if k != "role"},
        }
        for m in turns
    ]
    return "\n".join(json.dumps(record) for record in records)


def openinference(n: int, sent: Sent) -> Line:
    """Attributes of OpenInference, one for each field of each message."""
    known: dict[str, Any] = {"llm.model_name": "gpt-5.1", "openinference.span.kind": "LLM"}
    for i, m in enumerate(_turns(sent)):
        at = f"llm.input_messages.{i}.message"
        known[f"{at}.role"] = m["role"]
        if m.get("content"):
            known[f"{at}.content"] = m["content"]
        for k, c in enumerate(m.get("tool_calls", ())):
            known[f"{at}.tool_calls.{k}.tool_call.id"] = c["id"]
            known[f"{at}.tool_calls.{k}.tool_call.function.name"] = c["function"]["name"]
            known[f"{at}.tool_calls.{k}.tool_call.function.arguments"] = c["function"]["arguments"]
    for i, tool in enumerate(sent.tools):
        known[f"llm.tools.{i}.tool.json_schema"] = json.dumps(
            {"type": "function", "function": tool}
        )
    return {"name": "ChatCompletion", "start_time": iso(n), "attributes": known}


def traceloop(n: int, sent: Sent) -> Line:
    """Older attributes, numbered, with tools and calls numbered too."""
    known: dict[str, Any] = {"gen_ai.request.model": "gpt-5.1", "gen_ai.system": "openai"}
    for i, m in enumerate(_turns(sent)):
        known[f"gen_ai.prompt.{i}.role"] = m["role"]
        if m.get("content"):
            known[f"gen_ai.prompt.{i}.content"] = m["content"]
        for k, c in enumerate(m.get("tool_calls", ())):
            known[f"gen_ai.prompt.{i}.tool_calls.{k}.id"] = c["id"]
            known[f"gen_ai.prompt.{i}.tool_calls.{k}.name"] = c["function"]["name"]
            known[f"gen_ai.prompt.{i}.tool_calls.{k}.arguments"] = c["function"]["arguments"]
    for i, tool in enumerate(sent.tools):
        known[f"llm.request.functions.{i}.name"] = tool["name"]
        known[f"llm.request.functions.{i}.description"] = tool["description"]
        known[f"llm.request.functions.{i}.parameters"] = json.dumps(tool["parameters"])
    return {"name": "openai.chat", "start_time": iso(n), "attributes": known}


def toolkit(n: int, sent: Sent) -> Line:
    """The spans of a JavaScript toolkit."""
    body = chat(sent)
    known: Json = {"ai.model.id": "gpt-5.1", "ai.prompt.messages": json.dumps(body["messages"])}
    if sent.tools:
        tools = [
            {
                "type": "function",
                "name": t["name"],
                "description": t["description"],
                "inputSchema": t["parameters"],
            }
            for t in sent.tools
        ]
        known["ai.prompt.tools"] = [json.dumps(t) for t in tools]
    if sent.choice:
        known["ai.prompt.toolChoice"] = json.dumps({"type": sent.choice})
    return {"name": "ai.generateText.doGenerate", "traceId": f"{n:032x}", "attributes": known}
